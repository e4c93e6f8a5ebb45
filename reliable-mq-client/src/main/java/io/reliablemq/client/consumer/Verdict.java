package io.reliablemq.client.consumer;

import org.jspecify.annotations.Nullable;

/**
 * What is to become of one message.
 *
 * @param cause why it is not done, if somebody said so
 */
record Verdict(Kind kind, @Nullable Throwable cause) {

    static final Verdict DONE = new Verdict(Kind.DONE, null);

    enum Kind {
        DONE,
        RETRY,
        DEAD_LETTER
    }

    boolean isDone() {
        return kind == Kind.DONE;
    }

    boolean isDeadLetter() {
        return kind == Kind.DEAD_LETTER;
    }
}
