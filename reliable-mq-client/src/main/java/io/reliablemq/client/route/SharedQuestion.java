package io.reliablemq.client.route;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** One question for all who want to know the same; its answer counts for {@link RouteTable#QUIET}. Thread-safe. */
final class SharedQuestion<T> {

    private @Nullable CompletableFuture<T> last;
    private long askedAt;

    /** The question in progress or answered a moment ago, or else the given one, which the caller must then ask. */
    synchronized CompletableFuture<T> join(CompletableFuture<T> mine, long now) {
        CompletableFuture<T> current = last;
        if (current != null && !mayAsk(now)) {
            return current;
        }
        last = mine;
        askedAt = now;
        return mine;
    }

    /** Whether no question is in progress or was asked a moment ago. */
    synchronized boolean mayAsk(long now) {
        return last == null || last.isDone() && now - askedAt >= RouteTable.QUIET.toNanos();
    }

    synchronized boolean isOlderThan(Duration age, long now) {
        return last == null || now - askedAt >= age.toNanos();
    }
}
