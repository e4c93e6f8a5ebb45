package io.reliablemq.broker.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The log should hold a message at a position, but the disk does not give it, or not as it was written. */
public final class UnreadableMessageException extends IOException {

    private final long position;

    public UnreadableMessageException(long position, String what, @Nullable Throwable cause) {
        super(what, cause);
        this.position = position;
    }

    /** Where the message should start. */
    public long position() {
        return position;
    }
}
