package io.reliablemq.protocol.transport;

import io.netty.channel.ChannelInitializer;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import java.util.function.Consumer;

/** Equips the channel of a new connection, on either side. */
final class Pipeline extends ChannelInitializer<SocketChannel> {

    private final TransportSettings settings;
    private final RequestHandler handler;
    private final Consumer<ChannelConnection> opened;
    private final boolean accepted;

    /** @param accepted whether the other side opens the connection */
    Pipeline(TransportSettings settings, RequestHandler handler, Consumer<ChannelConnection> opened, boolean accepted) {
        this.settings = settings;
        this.handler = handler;
        this.opened = opened;
        this.accepted = accepted;
    }

    /** Not writable from the high-water mark on, writable again below half of it. */
    static WriteBufferWaterMark waterMark(TransportSettings settings) {
        return new WriteBufferWaterMark(settings.writeHighWater() / 2, settings.writeHighWater());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        ConnectionHandler connection = new ConnectionHandler(settings, handler, opened, accepted);
        channel.pipeline().addLast("frames", connection.decoder()).addLast("connection", connection);
    }
}
