package io.reliablemq.spring.outbox;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.protocol.message.Message;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * A send that has ended.
 *
 * @param attempts sends of the message that had failed before
 * @param error null after {@code SEND_OK}
 */
record Ended(
        WaitingRow row,
        Message message,
        int attempts,
        @Nullable Throwable error) {

    Ended {
        if (error instanceof CompletionException && error.getCause() != null) {
            error = error.getCause();
        }
    }

    /** Whether sending it again cannot help. */
    boolean isRefusedForGood() {
        return error instanceof IllegalArgumentException
                || error instanceof SendFailedException failed && failed.isRefusedForGood();
    }

    String reason() {
        return error == null ? "" : error.getMessage() == null ? error.toString() : error.getMessage();
    }
}
