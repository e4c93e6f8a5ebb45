package io.reliablemq.protocol.transport;

import io.netty.channel.Channel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.nio.channels.SocketChannel;

/** A channel whose socket can be written to past the event loop, by whoever has the {@link WriteTurn}. */
final class DirectSocketChannel extends NioSocketChannel {

    /** For a connection that this side opens. */
    DirectSocketChannel() {}

    DirectSocketChannel(Channel parent, SocketChannel socket) {
        super(parent, socket);
    }

    /** In non-blocking mode; its {@code write} may be called by any thread, and an interrupt does not close it. */
    SocketChannel socket() {
        return javaChannel();
    }
}
