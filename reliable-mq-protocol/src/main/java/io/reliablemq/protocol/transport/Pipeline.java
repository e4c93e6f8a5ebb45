package io.reliablemq.protocol.transport;

import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.ssl.SslHandler;
import io.reliablemq.protocol.tls.ClientTls;
import io.reliablemq.protocol.tls.ServerTls;
import java.util.function.Consumer;

/** Equips the channel of a new connection, on either side. */
final class Pipeline extends ChannelInitializer<SocketChannel> {

    /** Name of the handler that encrypts, where there is one. */
    static final String TLS = "tls";

    /**
     * Longer than most requests wait: on a machine that is too busy for a handshake in the time of one request, those that
     * follow find the connection, instead of beginning anew each time.
     */
    private static final long HANDSHAKE_TIMEOUT_MS = 10_000;

    /**
     * Reads of up to 64 KiB after which what has come is handled. With more, all that is under way may be in one place: this
     * side decodes while the other has nothing left to send, and the other way round.
     */
    private static final int READS_AT_ONCE = 4;

    private final TransportSettings settings;
    private final RequestHandler handler;
    private final Consumer<ChannelConnection> opened;
    private final boolean accepted;
    private final Consumer<ChannelPipeline> encryption;

    private Pipeline(
            TransportSettings settings,
            RequestHandler handler,
            Consumer<ChannelConnection> opened,
            boolean accepted,
            Consumer<ChannelPipeline> encryption) {
        this.settings = settings;
        this.handler = handler;
        this.opened = opened;
        this.accepted = accepted;
        this.encryption = encryption;
    }

    /** For connections that the other side opens. */
    static Pipeline accepting(TransportSettings settings, RequestHandler handler, Consumer<ChannelConnection> opened) {
        ServerTls tls = settings.tls().accepting();
        return new Pipeline(
                settings, handler, opened, true, pipeline -> pipeline.addLast("first-byte", new FirstByte(tls)));
    }

    /**
     * For a connection that this side opens.
     *
     * @param failed told why it could not be encrypted
     */
    static Pipeline opening(
            HostAndPort target,
            TransportSettings settings,
            RequestHandler handler,
            Consumer<ChannelConnection> opened,
            Consumer<Throwable> failed) {
        ClientTls tls = settings.tls().opening();
        return new Pipeline(settings, handler, opened, false, pipeline -> {
            if (tls != null) {
                SslHandler encrypting = new SslHandler(tls.engine(target.host(), target.port()));
                encrypting.setHandshakeTimeoutMillis(HANDSHAKE_TIMEOUT_MS);
                pipeline.addLast(TLS, encrypting).addLast("handshake", new Handshake(failed));
            }
        });
    }

    /** Not writable from the high-water mark on, writable again below half of it. */
    static WriteBufferWaterMark waterMark(TransportSettings settings) {
        return new WriteBufferWaterMark(settings.writeHighWater() / 2, settings.writeHighWater());
    }

    @Override
    protected void initChannel(SocketChannel channel) {
        channel.config().setRecvByteBufAllocator(new AdaptiveRecvByteBufAllocator().maxMessagesPerRead(READS_AT_ONCE));
        ConnectionHandler connection = new ConnectionHandler(settings, handler, opened, accepted);
        encryption.accept(channel.pipeline());
        channel.pipeline().addLast("frames", connection.decoder()).addLast("connection", connection);
    }
}
