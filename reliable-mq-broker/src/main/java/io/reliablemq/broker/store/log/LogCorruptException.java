package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Flushed records of the log are damaged or missing. Nothing has been changed on disk.
 *
 * <p>The log is not opened then, since going on would silently drop messages that were acknowledged.
 */
public final class LogCorruptException extends IOException {

    private final long position;

    public LogCorruptException(Path segment, long position, String what) {
        super("The log is damaged at position " + position + " in " + segment + ": " + what
                + ". Nothing was changed. Restore the folder from a copy, or start once with the setting"
                + " reliable-mq.broker.recovery=salvage: it keeps every whole record and sets the damaged range aside"
                + " in a file");
        this.position = position;
    }

    /** Where the damage starts. */
    public long position() {
        return position;
    }
}
