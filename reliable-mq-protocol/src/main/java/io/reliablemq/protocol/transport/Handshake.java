package io.reliablemq.protocol.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.NotSslRecordException;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import java.nio.channels.ClosedChannelException;
import java.security.cert.CertificateException;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;

/**
 * Keeps a connection that this side opens from those behind it until it is encrypted, and says why it never was. Owned
 * by the event loop.
 */
final class Handshake extends ChannelInboundHandlerAdapter {

    private final Consumer<Throwable> failed;

    /** @param failed told of the failure, maybe more than once, on the event loop */
    Handshake(Consumer<Throwable> failed) {
        this.failed = failed;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        // Passed on once the connection is encrypted.
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // What was read is the handshake's.
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // Nobody writes yet.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event instanceof SslHandshakeCompletionEvent done) {
            if (done.isSuccess()) {
                ctx.fireChannelActive();
                ctx.pipeline().remove(this);
            } else {
                fail(ctx, done.cause());
            }
        }
        ctx.fireUserEventTriggered(event);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, cause);
    }

    private void fail(ChannelHandlerContext ctx, Throwable cause) {
        failed.accept(failure(cause));
        ctx.close();
    }

    /** The failure of a handshake, in an operator's words. */
    static SSLException failure(Throwable cause) {
        Throwable root = cause instanceof DecoderException && cause.getCause() != null ? cause.getCause() : cause;
        return new SSLException("the TLS handshake failed: " + reason(root), root);
    }

    private static String reason(Throwable cause) {
        if (cause instanceof NotSslRecordException) {
            return "the other side does not speak TLS";
        }
        if (cause instanceof ClosedChannelException || cause instanceof SSLException closed && isClosed(closed)) {
            return "the other side closed the connection; either it offers no TLS, or it wants another certificate";
        }
        for (Throwable inner = cause; inner != null; inner = inner.getCause()) {
            if (inner instanceof CertificateException) {
                return "its certificate is not accepted: " + inner.getMessage();
            }
        }
        return String.valueOf(cause.getMessage());
    }

    private static boolean isClosed(SSLException cause) {
        return cause.getCause() instanceof ClosedChannelException
                || String.valueOf(cause.getMessage()).contains("closed while SSL/TLS handshake");
    }
}
