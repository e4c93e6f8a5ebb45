package io.reliablemq.client.agent;

import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** Why a future failed, without the wrapping that futures add on the way. */
public final class Causes {

    public static Throwable of(Throwable error) {
        @Nullable Throwable cause = error.getCause();
        return error instanceof CompletionException && cause != null ? of(cause) : error;
    }

    /** The error's message, or its name if it has none. */
    public static String text(Throwable error) {
        Throwable cause = of(error);
        @Nullable String message = cause.getMessage();
        return message == null ? cause.toString() : message;
    }

    private Causes() {}
}
