package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Some messages of a batch were not sent. Tells of each what became of it. */
public final class BatchFailedException extends RuntimeException {

    private final transient List<Result> results;

    /**
     * What became of one message: either a receipt or a failure.
     *
     * @param receipt null where it failed
     * @param failure null where it did not
     */
    public record Result(
            Message message,
            @Nullable SendReceipt receipt,
            @Nullable SendFailedException failure) {}

    public BatchFailedException(List<Result> results) {
        super(describe(results));
        this.results = List.copyOf(results);
        results.stream()
                .map(Result::failure)
                .filter(Objects::nonNull)
                .distinct()
                .forEach(this::addSuppressed);
    }

    /** In the order of the batch. */
    public List<Result> results() {
        return results;
    }

    private static String describe(List<Result> results) {
        long failed =
                results.stream().filter(result -> result.failure() != null).count();
        return failed + " of the batch's " + results.size() + " messages were not sent";
    }
}
