package io.reliablemq.broker.store.log;

import java.io.IOException;

/** The log takes no more writes: it was closed, or a write or force failed and only a restart can tell what is stored. */
public final class LogClosedException extends IOException {

    public LogClosedException(String message) {
        super(message);
    }
}
