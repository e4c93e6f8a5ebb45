package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.PushConsumer.Queue;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues that are handled in order: one member at a time has the lock on a queue, and lets it go when its listener has ended
 * and its offset is stored. So the next one begins with the first message that is not finished, and never while another is at
 * work. Owned by the thread {@code rmq-client}.
 */
final class LockedQueues implements QueueOwnership {

    private static final Logger log = LoggerFactory.getLogger(LockedQueues.class);

    private final String group;
    private final Duration longestWait;
    private final QueueLocks locks;
    private final ConsumerContext context;

    /** The lock is kept until the listener has ended. */
    private final LeavingQueues leaving;

    /** Let go, but the broker has not said that it knows. */
    private final Set<Queue> unlocking = new HashSet<>();

    /** Dropped with a listener at work, which another one must not overtake. */
    private final Map<Queue, ProcessQueue> stillAtWork = new HashMap<>();

    /** @param longestWait for a listener to end when its queue is to go to another member */
    LockedQueues(String group, Duration longestWait, ConsumerContext context) {
        this.group = group;
        this.longestWait = longestWait;
        this.locks = new QueueLocks(group, context);
        this.leaving = new LeavingQueues(group, context);
        this.context = context;
    }

    @Override
    public CompletableFuture<Long> acquire(Queue queue) {
        if (leaving.contains(queue) || unlocking.contains(queue)) {
            return LeavingQueues.refusal();
        }
        ProcessQueue before = stillAtWork.get(queue);
        if (before != null && before.isInHand()) {
            return CompletableFuture.failedFuture(new NotYetOursException("a listener is still working on it"));
        }
        stillAtWork.remove(queue);
        return locks.lock(queue.brokerName(), Set.of(queue)).thenApply(answer -> {
            if (!answer.held().contains(queue)) {
                throw new NotYetOursException("another member has its lock");
            }
            return answer.validUntilNanos();
        });
    }

    @Override
    public void giveUp(Queue queue, ProcessQueue window, Supplier<CompletableFuture<Void>> commit, Runnable drop) {
        leaving.begin(queue, window, longestWait, () -> handOver(window, commit, drop), () -> {
            log.warn(
                    "The listener of group '{}' works on {} for too long; another member gets it when the lock runs out",
                    group,
                    queue);
            drop.run();
        });
    }

    private void handOver(ProcessQueue window, Supplier<CompletableFuture<Void>> commit, Runnable drop) {
        Queue queue = window.queue();
        if (!window.isHeld()) {
            leaving.end(queue, window);
            drop.run();
            return;
        }
        leaving.store(queue, commit)
                .whenComplete((done, error) -> context.loop().execute(() -> {
                    leaving.end(queue, window);
                    drop.run();
                    unlock(queue);
                }));
    }

    /** Until the broker has answered, the lock is not asked for again: it might be let go after it was got. */
    private void unlock(Queue queue) {
        unlocking.add(queue);
        locks.unlock(List.of(queue))
                .whenComplete((done, error) -> context.loop().execute(() -> unlocking.remove(queue)));
    }

    @Override
    public void abandon(Queue queue) {
        unlock(queue);
    }

    @Override
    public CompletableFuture<Void> giveUpAll(Collection<Queue> queues) {
        List<Queue> all = new ArrayList<>(queues);
        all.addAll(leaving.windows().keySet());
        leaving.clear();
        return locks.unlock(all);
    }

    @Override
    public boolean mayCommit(ProcessQueue window) {
        return window.isHeld();
    }

    @Override
    public CompletableFuture<Void> quiet(ProcessQueue window) {
        return window.retire();
    }

    @Override
    public void dropped(ProcessQueue window) {
        if (window.isInHand()) {
            stillAtWork.put(window.queue(), window);
        }
    }

    @Override
    public void renew(Map<Queue, ProcessQueue> held, Consumer<ProcessQueue> kept, Consumer<ProcessQueue> lost) {
        Map<Queue, ProcessQueue> all = new HashMap<>(held);
        all.putAll(leaving.windows());
        Map<String, List<Queue>> byBroker = new HashMap<>();
        all.keySet()
                .forEach(queue -> byBroker.computeIfAbsent(queue.brokerName(), name -> new ArrayList<>())
                        .add(queue));
        byBroker.forEach((broker, queues) -> locks.lock(broker, queues)
                .whenComplete((answer, error) -> context.loop().execute(() -> {
                    if (error != null) {
                        log.warn(
                                "The locks of group '{}' on {} could not be renewed; without one nothing is handed out: {}",
                                group,
                                queues,
                                Causes.text(error));
                    } else {
                        queues.stream()
                                .flatMap(queue -> Stream.ofNullable(all.get(queue)))
                                .forEach(window -> renewed(window, answer, kept, lost));
                    }
                })));
    }

    private static void renewed(
            ProcessQueue window, QueueLocks.Answer answer, Consumer<ProcessQueue> kept, Consumer<ProcessQueue> lost) {
        if (answer.held().contains(window.queue()) && window.isHeld()) {
            window.holdUntil(answer.validUntilNanos());
            kept.accept(window);
        } else {
            lost.accept(window);
        }
    }
}
