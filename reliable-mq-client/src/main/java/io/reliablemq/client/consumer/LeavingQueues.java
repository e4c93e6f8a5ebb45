package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.PushConsumer.Queue;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Queues that another member is to have, but whose listeners are still at work here. Owned by the thread {@code rmq-client}. */
final class LeavingQueues {

    private static final Logger log = LoggerFactory.getLogger(LeavingQueues.class);

    private final String group;
    private final ConsumerContext context;
    private final Map<Queue, ProcessQueue> windows = new HashMap<>();

    LeavingQueues(String group, ConsumerContext context) {
        this.group = group;
        this.context = context;
    }

    /** Still leaving, with their windows. */
    Map<Queue, ProcessQueue> windows() {
        return Map.copyOf(windows);
    }

    boolean contains(Queue queue) {
        return windows.containsKey(queue);
    }

    /** What whoever asks for a queue hears as long as it is leaving. */
    static CompletableFuture<Long> refusal() {
        return CompletableFuture.failedFuture(new NotYetOursException("it is still being given up here"));
    }

    /**
     * Hands out nothing of the queue any more. It leaves until {@link #end} or the bound.
     *
     * @param idle runs when the listeners have ended, unless the queue has left before
     * @param late runs at the bound, unless the queue has left before
     */
    void begin(Queue queue, ProcessQueue window, Duration bound, Runnable idle, Runnable late) {
        windows.put(queue, window);
        window.retire()
                .whenComplete((done, error) -> context.loop().execute(() -> {
                    if (windows.get(queue) == window) {
                        idle.run();
                    }
                }));
        context.loop().schedule(bound, () -> {
            if (end(queue, window)) {
                late.run();
            }
        });
    }

    /** @return whether it was leaving until now */
    boolean end(Queue queue, ProcessQueue window) {
        return windows.remove(queue, window);
    }

    /** All have left, whatever their listeners do. */
    void clear() {
        windows.clear();
    }

    /** Stores the offset. Completes when that has ended, never exceptionally. */
    CompletableFuture<Void> store(Queue queue, Supplier<CompletableFuture<Void>> commit) {
        return commit.get().exceptionally(error -> {
            log.warn(
                    "The offset of {} could not be stored for group '{}'; some messages are received again: {}",
                    queue,
                    group,
                    Causes.text(error));
            return null;
        });
    }
}
