package io.reliablemq.client.api;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a listener says of each message of a batch: those that it does not name are done, and only the others are retried.
 * Immutable.
 */
public final class BatchOutcome {

    private static final BatchOutcome SUCCESS = new BatchOutcome(Map.of(), null);

    private final Map<String, Failure> failures;
    private final @Nullable Failure ofAll;

    /**
     * A message that is not done.
     *
     * @param deadLetter whether another attempt cannot help
     */
    public record Failure(boolean deadLetter, @Nullable Throwable cause) {}

    private BatchOutcome(Map<String, Failure> failures, @Nullable Failure ofAll) {
        this.failures = Map.copyOf(failures);
        this.ofAll = ofAll;
    }

    /** All are done. */
    public static BatchOutcome success() {
        return SUCCESS;
    }

    /** None is done. */
    public static BatchOutcome retryAll() {
        return allFailed(new Failure(false, null));
    }

    /** None is done, all for the same reason. */
    public static BatchOutcome allFailed(Failure failure) {
        return new BatchOutcome(Map.of(), failure);
    }

    /** Collects those messages that are not done. */
    public static Builder builder() {
        return new Builder();
    }

    /** Why this message is not done; null if it is. */
    public @Nullable Failure failure(ReceivedMessage message) {
        return ofAll != null ? ofAll : failures.get(message.offsetMessageId());
    }

    /** Collects the failures. Not thread-safe. */
    public static final class Builder {

        private final Map<String, Failure> failures = new HashMap<>();

        private Builder() {}

        /** The message is to be handed out again. */
        public Builder retry(ReceivedMessage message) {
            return failed(message, new Failure(false, null));
        }

        /** The message is to be handed out again, unless the exception is a non-retryable one. */
        public Builder retry(ReceivedMessage message, Throwable cause) {
            return failed(message, new Failure(false, cause));
        }

        /** The message is to become a dead letter at once. */
        public Builder deadLetter(ReceivedMessage message, Throwable cause) {
            return failed(message, new Failure(true, cause));
        }

        private Builder failed(ReceivedMessage message, Failure failure) {
            failures.put(message.offsetMessageId(), failure);
            return this;
        }

        public BatchOutcome build() {
            return new BatchOutcome(failures, null);
        }
    }
}
