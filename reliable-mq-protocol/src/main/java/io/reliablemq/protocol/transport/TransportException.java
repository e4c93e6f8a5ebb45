package io.reliablemq.protocol.transport;

import org.jspecify.annotations.Nullable;

/** A request got no answer. Whether it reached the other side is told by the {@link Kind}. */
public final class TransportException extends RuntimeException {

    /** Why there was no answer. */
    public enum Kind {
        /** No connection could be opened: the request never left. */
        CONNECT_FAILED,
        /** Refused on this side because too much is in flight: the request never left. */
        OVERLOADED,
        /** Sent, but no answer within the time-out: it may have been carried out. */
        TIMED_OUT,
        /** The connection broke before the answer: the request may have been carried out. */
        CONNECTION_CLOSED
    }

    private final Kind kind;

    public TransportException(Kind kind, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public TransportException(Kind kind, String message) {
        this(kind, message, null);
    }

    public Kind kind() {
        return kind;
    }

    /** Whether the other side may have carried the request out. */
    public boolean mayHaveArrived() {
        return kind == Kind.TIMED_OUT || kind == Kind.CONNECTION_CLOSED;
    }
}
