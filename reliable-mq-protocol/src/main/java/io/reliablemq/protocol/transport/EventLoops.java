package io.reliablemq.protocol.transport;

import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.socket.ServerSocketChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** The threads that carry the connections of one process, shared by its servers and clients. Thread-safe. */
public final class EventLoops implements AutoCloseable {

    private static final long STOP_TIMEOUT_MS = 2_000;

    private final EventLoopGroup group;
    private final IoTransport transport;

    private EventLoops(EventLoopGroup group, IoTransport transport) {
        this.group = group;
        this.transport = transport;
    }

    /** Threads start when they are needed, as {@code threadPrefix-1}, {@code threadPrefix-2}, and so on. */
    public static EventLoops create(String threadPrefix, int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("At least 1 event loop thread is needed, not " + threads);
        }
        IoTransport transport = IoTransport.best();
        return new EventLoops(
                new MultiThreadIoEventLoopGroup(threads, new LoopThreads(threadPrefix), transport.handlers()),
                transport);
    }

    EventLoopGroup group() {
        return group;
    }

    EventLoop next() {
        return group.next();
    }

    ChannelFactory<? extends ServerSocketChannel> serverChannels() {
        return transport.serverChannels();
    }

    ChannelFactory<? extends SocketChannel> clientChannels() {
        return transport.clientChannels();
    }

    /** Whether the calling thread is one of the loops, so that it must not wait for them. */
    boolean isCurrentThread() {
        for (EventExecutor loop : group) {
            if (loop.inEventLoop()) {
                return true;
            }
        }
        return false;
    }

    /** Ends the threads; whatever uses them must be closed before. Waits for them, two seconds at the most. */
    @Override
    public void close() {
        var stopped = group.shutdownGracefully(0, STOP_TIMEOUT_MS, TimeUnit.MILLISECONDS);
        if (!isCurrentThread()) {
            stopped.awaitUninterruptibly(STOP_TIMEOUT_MS);
        }
    }

    /** Threads of the kind that Netty has fast thread locals on. */
    private static final class LoopThreads implements ThreadFactory {

        private final String prefix;
        private final AtomicInteger next = new AtomicInteger(1);

        LoopThreads(String prefix) {
            this.prefix = prefix;
        }

        @Override
        public Thread newThread(Runnable task) {
            Thread thread = new FastThreadLocalThread(task, prefix + "-" + next.getAndIncrement());
            thread.setDaemon(true);
            return thread;
        }
    }
}
