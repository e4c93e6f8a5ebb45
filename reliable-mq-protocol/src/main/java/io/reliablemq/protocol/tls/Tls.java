package io.reliablemq.protocol.tls;

import org.jspecify.annotations.Nullable;

/**
 * How the connections of one endpoint are encrypted.
 *
 * @param accepting for connections that others open
 * @param opening for connections that this side opens; null for plain ones
 */
public record Tls(ServerTls accepting, @Nullable ClientTls opening) {

    /** Plain connections in both directions. */
    public static final Tls NONE = new Tls(ServerTls.DISABLED, null);

    /** Encrypts the connections that this side opens. */
    public static Tls opening(@Nullable ClientTls opening) {
        return new Tls(ServerTls.DISABLED, opening);
    }
}
