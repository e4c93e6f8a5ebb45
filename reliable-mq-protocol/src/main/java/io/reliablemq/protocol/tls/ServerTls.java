package io.reliablemq.protocol.tls;

import javax.net.ssl.SSLEngine;
import org.jspecify.annotations.Nullable;

/**
 * TLS of the side that accepts connections, on the same port as plain ones.
 *
 * @param context null only if the mode is {@link TlsMode#DISABLED}
 * @param clientAuth whether clients show a certificate
 */
public record ServerTls(TlsMode mode, @Nullable TlsContext context, ClientAuth clientAuth) {

    /** Plain connections only. */
    public static final ServerTls DISABLED = new ServerTls(TlsMode.DISABLED, null, ClientAuth.NONE);

    public ServerTls {
        if (mode != TlsMode.DISABLED && context == null) {
            throw new IllegalArgumentException("TLS is " + mode + ", but there is no context with a key");
        }
    }

    /**
     * The server's end of a new connection.
     *
     * @throws IllegalStateException if TLS is disabled
     */
    public SSLEngine engine() {
        if (context == null) {
            throw new IllegalStateException("TLS is disabled");
        }
        SSLEngine engine = context.engine();
        engine.setUseClientMode(false);
        switch (clientAuth) {
            case NEED -> engine.setNeedClientAuth(true);
            case WANT -> engine.setWantClientAuth(true);
            case NONE -> engine.setWantClientAuth(false);
        }
        return engine;
    }

    /** Whether clients show a certificate. */
    public enum ClientAuth {
        /** They are not asked. */
        NONE,
        /** They are asked; one that is shown must be trusted. */
        WANT,
        /** Who shows none that is trusted gets no connection. */
        NEED
    }
}
