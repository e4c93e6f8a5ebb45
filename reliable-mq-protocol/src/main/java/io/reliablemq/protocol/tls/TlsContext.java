package io.reliablemq.protocol.tls;

import java.util.List;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/**
 * Keys and trust, and what is negotiated with them.
 *
 * @param context asked anew for each connection, on an event loop, so that renewed certificates count from the next
 *     connection on; must return at once
 * @param protocols versions that are offered, for instance {@code TLSv1.3}; empty for the JDK's choice
 * @param ciphers cipher suites that are offered, by the JDK's names; empty for the JDK's choice
 */
public record TlsContext(Supplier<SSLContext> context, List<String> protocols, List<String> ciphers) {

    public TlsContext {
        protocols = List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
    }

    /** A context that stays as it is, with the JDK's choice of versions and cipher suites. */
    public static TlsContext of(SSLContext context) {
        return new TlsContext(() -> context, List.of(), List.of());
    }

    /**
     * An end of a new connection.
     *
     * @throws IllegalArgumentException if a version or a cipher suite is unknown to the JDK
     */
    SSLEngine engine(String peerHost, int peerPort) {
        return configured(context.get().createSSLEngine(peerHost, peerPort));
    }

    /** An end of a new connection with a peer that nothing is known of. */
    SSLEngine engine() {
        return configured(context.get().createSSLEngine());
    }

    private SSLEngine configured(SSLEngine engine) {
        if (!protocols.isEmpty()) {
            engine.setEnabledProtocols(protocols.toArray(String[]::new));
        }
        if (!ciphers.isEmpty()) {
            engine.setEnabledCipherSuites(ciphers.toArray(String[]::new));
        }
        return engine;
    }
}
