package io.reliablemq.conformance.port;

/**
 * A time of a message's own.
 *
 * @param value seconds, milliseconds, or milliseconds since 1970
 */
public record DeliveryTime(Kind kind, long value) {

    /** How the time is given. */
    public enum Kind {
        NONE,
        DELAY_SECONDS,
        DELAY_MILLIS,
        DELIVER_MILLIS
    }

    public static final DeliveryTime NOW = new DeliveryTime(Kind.NONE, 0);
}
