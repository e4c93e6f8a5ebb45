package io.reliablemq.client.agent;

import java.io.PrintWriter;
import java.io.Writer;
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
        try {
            @Nullable String message = cause.getMessage();
            return message == null ? cause.toString() : message;
        } catch (RuntimeException | Error e) {
            return speechless(cause, e);
        }
    }

    /**
     * The error, or a stand-in for one that fails when it is asked for its text, as one does that formats what can no longer be
     * read: whoever logs it would fail as well.
     */
    public static Throwable loggable(Throwable error) {
        try {
            // Asks for all that a logger will ask for, causes and suppressed errors too; nobody reads what is written
            // here.
            error.printStackTrace(new PrintWriter(Writer.nullWriter()));
            return error;
        } catch (RuntimeException | Error e) {
            Throwable standIn = new IllegalStateException(speechless(error, e));
            standIn.setStackTrace(error.getStackTrace());
            return standIn;
        }
    }

    private static String speechless(Throwable error, Throwable problem) {
        return error.getClass().getName() + ", whose text cannot be had because of "
                + problem.getClass().getName();
    }

    private Causes() {}
}
