package io.reliablemq.protocol.tls;

/** Which connections a server takes; {@code tls.server.mode} of Apache RocketMQ. */
public enum TlsMode {
    /** Plain ones. */
    DISABLED,
    /** Both, told apart by their first byte. */
    PERMISSIVE,
    /** Encrypted ones. */
    ENFORCING
}
