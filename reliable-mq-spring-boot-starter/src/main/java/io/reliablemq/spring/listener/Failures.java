package io.reliablemq.spring.listener;

import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Finds what a stage failed with. */
final class Failures {

    /** Without what stages wrap around it. */
    static Throwable unwrapped(Throwable error) {
        Throwable cause = error;
        while ((cause instanceof CompletionException || cause instanceof ExecutionException)
                && cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause;
    }

    private Failures() {}
}
