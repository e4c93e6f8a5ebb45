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

    Pipeline(TransportSettings settings, RequestHandler handler, Consumer<ChannelConnection> opened) {
        this.settings = settings;
        this.handler = handler;
        this.opened = opened;
    }

    /** Not writable from the high-water mark on, writable again below half of it. */
    static WriteBufferWaterMark waterMark(TransportSettings settings) {
        return new WriteBufferWaterMark(settings.writeHighWater() / 2, settings.writeHighWater());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        ConnectionHandler connection = new ConnectionHandler(settings, handler, opened);
        channel.pipeline().addLast("frames", connection.decoder()).addLast("connection", connection);
    }
}
