package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.PeriodicTask;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.message.StoredMessage;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues that are this member's, each with its window and its pulls, and the commits of their offsets.
 *
 * <p>Owned by the thread {@code rmq-client}; {@link #queues()} and {@link #windows()} may be read by any.
 */
final class AssignedQueues implements Rebalancer.Assignment, PullLoop.Host {

    private static final Logger log = LoggerFactory.getLogger(AssignedQueues.class);

    /** Between the end of the last message that was fetched and the store of the offset behind it. */
    private static final Duration AFTER_THE_LAST = Duration.ofMillis(100);

    private static final Duration AFTER_LOSS = Duration.ofSeconds(1);

    private final String group;
    private final PullLoop.PullSettings pullSettings;
    private final OffsetStore offsets;
    private final ConsumeService service;
    private final QueueOwnership ownership;
    private final CacheBudget budget;
    private final ConsumerContext context;
    private final PeriodicTask commits;
    private final Map<Queue, Slot> slots = new HashMap<>();
    private volatile Set<Queue> published = Set.of();
    private volatile List<ProcessQueue> windows = List.of();
    private Runnable onLoss = () -> {};
    private boolean stopped;

    /** A queue from its assignment to its loss. It has a window once its start offset is known. */
    private static final class Slot {

        private boolean asking;
        private boolean committingSoon;
        /** Why the start offset is not known yet; empty if no question has failed. */
        private String lastProblem = "";

        private @Nullable ProcessQueue window;
        private @Nullable PullLoop pulls;
    }

    AssignedQueues(
            PullLoop.PullSettings pullSettings,
            Duration commitInterval,
            OffsetStore offsets,
            ConsumeService service,
            QueueOwnership ownership,
            CacheBudget budget,
            ConsumerContext context) {
        this.group = pullSettings.group();
        this.pullSettings = pullSettings;
        this.offsets = offsets;
        this.service = service;
        this.ownership = ownership;
        this.budget = budget;
        this.context = context;
        this.commits = new PeriodicTask(context.loop(), commitInterval, () -> slots.forEach(this::commit));
    }

    Set<Queue> queues() {
        return published;
    }

    List<ProcessQueue> windows() {
        return windows;
    }

    /** Begins to commit offsets at the configured interval. */
    void start() {
        commits.start();
    }

    @Override
    public boolean assign(String topic, Set<Queue> queues, Set<Queue> fromOthers) {
        if (stopped) {
            return true;
        }
        boolean changed = loseAllBut(topic, queues);
        Set<Queue> handedOver = new HashSet<>(fromOthers);
        handedOver.removeAll(slots.keySet());
        ownership.handedOver(handedOver);
        for (Queue queue : queues) {
            changed |= slots.putIfAbsent(queue, new Slot()) == null;
        }
        if (changed) {
            publish();
            log.info("Group '{}' has {} queue(s) of topic '{}' here now: {}", group, queues.size(), topic, queues);
        }
        boolean allStarted = true;
        for (Queue queue : queues) {
            Slot slot = slots.get(queue);
            if (slot != null && slot.window == null) {
                allStarted = false;
                askForStart(queue, slot);
            }
        }
        return allStarted;
    }

    private boolean loseAllBut(String topic, Set<Queue> kept) {
        List<Queue> lost = slots.keySet().stream()
                .filter(queue -> queue.topic().equals(topic) && !kept.contains(queue))
                .toList();
        for (Queue queue : lost) {
            Slot slot = Objects.requireNonNull(slots.remove(queue));
            if (slot.pulls != null) {
                slot.pulls.stop();
            }
            ProcessQueue window = slot.window;
            if (window == null) {
                ownership.abandon(queue);
            } else {
                ownership.giveUp(
                        queue, window, () -> offsets.commitSurely(queue, window.commitOffset()), () -> drop(window));
            }
        }
        return !lost.isEmpty();
    }

    private void askForStart(Queue queue, Slot slot) {
        if (slot.asking) {
            return;
        }
        slot.asking = true;
        startOffset(queue)
                .whenComplete((start, error) -> context.loop().execute(() -> {
                    slot.asking = false;
                    if (stopped || !slots.containsKey(queue)) {
                        ownership.abandon(queue);
                        return;
                    }
                    if (slots.get(queue) != slot || slot.window != null) {
                        return;
                    }
                    if (error == null) {
                        begin(queue, slot, start.offset(), start.heldUntilNanos());
                    } else if (Causes.of(error) instanceof NotYetOursException) {
                        log.debug("Group '{}' waits for {}: {}", group, queue, Causes.text(error));
                    } else if (!Causes.text(error).equals(slot.lastProblem)) {
                        slot.lastProblem = Causes.text(error);
                        log.warn(
                                "Group '{}' does not know yet where to start in {}, it asks every second: {}",
                                group,
                                queue,
                                slot.lastProblem);
                    }
                }));
    }

    /** @param heldUntilNanos see {@link ProcessQueue#holdUntil} */
    private record Start(long offset, long heldUntilNanos) {}

    private CompletableFuture<Start> startOffset(Queue queue) {
        try {
            // The offset is asked for under the lock: before, another member might still move it.
            return ownership
                    .acquire(queue)
                    .thenCompose(
                            heldUntil -> offsets.startOffset(queue).thenApply(offset -> new Start(offset, heldUntil)));
        } catch (RuntimeException | Error e) {
            // A queue that is being asked for is not asked for again, so the question has to end.
            return CompletableFuture.failedFuture(e);
        }
    }

    private void begin(Queue queue, Slot slot, long offset, long heldUntilNanos) {
        ProcessQueue window = new ProcessQueue(queue, offset, budget, context.clock());
        window.holdUntil(heldUntilNanos);
        slot.window = window;
        window.onAllFinished(() -> context.loop().execute(() -> commitSoon(queue, slot)));
        slot.pulls = new PullLoop(window, pullSettings, context, this);
        publish();
        slot.pulls.start();
    }

    private void publish() {
        published = Set.copyOf(slots.keySet());
        windows = slots.values().stream()
                .flatMap(slot -> Stream.ofNullable(slot.window))
                .toList();
    }

    @Override
    public void pulled(ProcessQueue queue, List<StoredMessage> messages) {
        service.submit(queue, messages);
    }

    @Override
    public CacheBudget.Share share() {
        return budget.share(slots.size());
    }

    @Override
    public void movedBack(ProcessQueue window, long offset) {
        Slot slot = slots.get(window.queue());
        if (slot != null && slot.window == window) {
            restart(window.queue(), slot, window, offset);
        }
    }

    private void restart(Queue queue, Slot slot, ProcessQueue window, long offset) {
        if (slot.pulls != null) {
            slot.pulls.stop();
        }
        ownership
                .quiet(window)
                .whenComplete((quiet, error) -> context.loop().execute(() -> {
                    if (!stopped && slots.get(queue) == slot && slot.window == window) {
                        drop(window);
                        offsets.commit(queue, offset);
                        begin(queue, slot, offset, window.heldUntilNanos());
                    }
                }));
    }

    /** An administrator wants the group to go on elsewhere. Queues that are not here are not meant. */
    void reset(Map<Queue, Long> wanted) {
        wanted.forEach((queue, offset) -> {
            Slot slot = slots.get(queue);
            if (!stopped && slot != null && slot.window != null) {
                log.warn("Group '{}' is told to go on at offset {} of {}", group, offset, queue);
                restart(queue, slot, slot.window, offset);
            }
        });
    }

    /** Asks the brokers to keep the locks. What is lost is asked for again by the next assignment. */
    void renew() {
        Map<Queue, ProcessQueue> held = new HashMap<>();
        slots.forEach((queue, slot) -> {
            if (slot.window != null) {
                held.put(queue, slot.window);
            }
        });
        ownership.renew(held, service::wake, this::lostLock);
    }

    /** Somebody else may have moved the offset meanwhile, so that the queue is begun anew. */
    private void lostLock(ProcessQueue window) {
        Slot slot = slots.get(window.queue());
        if (slot != null && slot.window == window) {
            log.warn("Group '{}' has lost the lock on {}", group, window.queue());
            if (slot.pulls != null) {
                slot.pulls.stop();
            }
            drop(window);
            slot.window = null;
            slot.pulls = null;
            publish();
            context.loop().schedule(AFTER_LOSS, onLoss);
        }
    }

    /** This runs a while after a lock was lost: the queue is to be asked for again. */
    void onLoss(Runnable listener) {
        onLoss = listener;
    }

    /** Looks again for where to pull each queue from. */
    void reconsider() {
        slots.values().forEach(slot -> {
            if (slot.pulls != null) {
                slot.pulls.reconsider();
            }
        });
    }

    /** The broker can be reached again: what was finished meanwhile is news for it. */
    void brokerBack(String address) {
        if (!stopped) {
            slots.forEach((queue, slot) -> {
                if (address.equals(context.readable(queue))) {
                    commit(queue, slot);
                }
            });
        }
        reconsider();
    }

    /**
     * While messages come, every pull tells the offset. The next pull after the last of them waits at the broker, and would tell
     * no news until another message comes: a crash meanwhile would have what is long done handed out again.
     */
    private void commitSoon(Queue queue, Slot slot) {
        if (!slot.committingSoon && !stopped) {
            slot.committingSoon = true;
            context.loop().schedule(AFTER_THE_LAST, () -> {
                slot.committingSoon = false;
                if (!stopped && slots.get(queue) == slot) {
                    commit(queue, slot);
                }
            });
        }
    }

    private void commit(Queue queue, Slot slot) {
        if (slot.window != null && ownership.mayCommit(slot.window)) {
            offsets.commit(queue, slot.window.commitOffset());
        }
    }

    private void drop(ProcessQueue window) {
        ownership.dropped(window);
        window.drop();
        service.forget(window);
    }

    /** Pulls no more; what was pulled can still be finished. */
    void stopPulling() {
        stopped = true;
        commits.stop();
        for (Slot slot : slots.values()) {
            if (slot.pulls != null) {
                slot.pulls.stop();
            }
        }
    }

    /** Gives all queues up. Completes when their offsets are stored, exceptionally if one could not be. */
    CompletableFuture<@Nullable Void> commitAndDrop() {
        Collection<ProcessQueue> held = windows;
        CompletableFuture<?>[] last = held.stream()
                .filter(ownership::mayCommit)
                .map(window -> offsets.commitSurely(window.queue(), window.commitOffset()))
                .toArray(CompletableFuture[]::new);
        List<Queue> all = List.copyOf(slots.keySet());
        held.forEach(this::drop);
        slots.clear();
        publish();
        return CompletableFuture.allOf(last)
                .handleAsync(
                        (done, error) -> ownership
                                .giveUpAll(all)
                                .thenCompose(unlocked -> error == null
                                        ? CompletableFuture.<@Nullable Void>completedFuture(null)
                                        : CompletableFuture.<@Nullable Void>failedFuture(error)),
                        context.loop())
                .thenCompose(result -> result);
    }
}
