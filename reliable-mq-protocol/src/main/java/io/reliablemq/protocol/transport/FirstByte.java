package io.reliablemq.protocol.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.ssl.SslHandler;
import io.reliablemq.protocol.tls.ServerTls;
import io.reliablemq.protocol.tls.TlsMode;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells from the first byte of an accepted connection whether it is encrypted, and then makes way. A TLS handshake
 * begins with 0x16; a frame, whose length is below 16 MiB, with 0x00.
 */
final class FirstByte extends ByteToMessageDecoder {

    private static final Logger LOG = LoggerFactory.getLogger(FirstByte.class);

    private static final byte TLS_HANDSHAKE = 0x16;

    private final ServerTls tls;

    FirstByte(ServerTls tls) {
        this.tls = tls;
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        boolean encrypted = in.getByte(in.readerIndex()) == TLS_HANDSHAKE;
        if (encrypted && tls.mode() == TlsMode.DISABLED) {
            refuse(ctx, in, "it is encrypted, and TLS is not set up here");
        } else if (encrypted) {
            ctx.pipeline().replace(this, Pipeline.TLS, new SslHandler(tls.engine()));
        } else if (tls.mode() == TlsMode.ENFORCING) {
            refuse(ctx, in, "it is not encrypted, and TLS is enforced here");
        } else {
            ctx.pipeline().remove(this);
        }
    }

    private static void refuse(ChannelHandlerContext ctx, ByteBuf in, String reason) {
        LOG.warn("Refused the connection from {}: {}", ctx.channel().remoteAddress(), reason);
        in.skipBytes(in.readableBytes());
        ctx.close();
    }
}
