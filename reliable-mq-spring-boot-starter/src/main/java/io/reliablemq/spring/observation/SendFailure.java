package io.reliablemq.spring.observation;

import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.BatchFailedException;
import io.reliablemq.client.api.NoReplyException;
import io.reliablemq.client.api.SendFailedException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.CompletionException;

/**
 * Why a send failed, in one word of few.
 *
 * @param reason how the last attempt ended; {@code not_sent} if there was none, {@code invalid} for a message that cannot be
 *     sent at all, {@code no_reply} for a request
 */
public record SendFailure(String reason, List<Attempt> attempts) {

    public static SendFailure of(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        if (cause instanceof SendFailedException failed) {
            return new SendFailure(lastOutcome(failed.attempts()), failed.attempts());
        }
        if (cause instanceof BatchFailedException batch) {
            return batch.results().stream()
                    .map(BatchFailedException.Result::failure)
                    .filter(Objects::nonNull)
                    .findFirst()
                    .map(SendFailure::of)
                    .orElse(new SendFailure("not_sent", List.of()));
        }
        if (cause instanceof NoReplyException) {
            return new SendFailure("no_reply", List.of());
        }
        return new SendFailure(cause instanceof IllegalArgumentException ? "invalid" : "not_sent", List.of());
    }

    private static String lastOutcome(List<Attempt> attempts) {
        return attempts.isEmpty()
                ? "not_sent"
                : attempts.get(attempts.size() - 1).outcome().name().toLowerCase(Locale.ROOT);
    }
}
