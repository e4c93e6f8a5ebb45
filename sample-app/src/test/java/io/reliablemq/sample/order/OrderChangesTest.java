package io.reliablemq.sample.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OrderChangesTest {

    private final OrderChanges changes = new OrderChanges();

    @Test
    void wakesWhoeverWaitsForNews() throws Exception {
        long seen = changes.version();
        CompletableFuture<Boolean> waiting =
                CompletableFuture.supplyAsync(() -> awaitAfter(seen, Duration.ofMinutes(1)));

        changes.onOrderChanged(new OrderChanged("o-1"));

        assertThat(waiting.get(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void doesNotWaitForNewsThatCameBeforehand() {
        long seen = changes.version();
        changes.onOrderChanged(new OrderChanged("o-1"));

        assertThat(awaitAfter(seen, Duration.ZERO)).isTrue();
    }

    @Test
    void saysSoIfThereWasNoNews() {
        assertThat(awaitAfter(changes.version(), Duration.ofMillis(5))).isFalse();
    }

    private boolean awaitAfter(long seen, Duration atMost) {
        try {
            return changes.awaitAfter(seen, atMost);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
