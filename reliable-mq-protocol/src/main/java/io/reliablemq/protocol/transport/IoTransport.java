package io.reliablemq.protocol.transport;

import io.netty.channel.ChannelFactory;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which system calls carry the sockets: epoll where its optional jars are present and work, else Java's own. */
record IoTransport(
        IoHandlerFactory handlers,
        ChannelFactory<? extends ServerSocketChannel> serverChannels,
        ChannelFactory<? extends SocketChannel> clientChannels) {

    private static final Logger LOG = LoggerFactory.getLogger(IoTransport.class);

    static IoTransport best() {
        try {
            // Resolved only here: without the jar this class is not found, which is no error.
            if (Native.available()) {
                return Native.transport();
            }
        } catch (LinkageError e) {
            LOG.debug("Epoll is not on the class path, using NIO", e);
        }
        return new IoTransport(NioIoHandler.newFactory(), DirectServerSocketChannel::new, DirectSocketChannel::new);
    }

    private static final class Native {

        static boolean available() {
            return Epoll.isAvailable();
        }

        static IoTransport transport() {
            return new IoTransport(EpollIoHandler.newFactory(), EpollServerSocketChannel::new, EpollSocketChannel::new);
        }
    }
}
