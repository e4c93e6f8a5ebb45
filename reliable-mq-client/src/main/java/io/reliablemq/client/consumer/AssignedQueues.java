package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queues that are this member's, each with its window and its pulls, and the commits of their offsets.
 *
 * <p>Owned by the thread {@code rmq-client}; {@link #queues()} may be read by any.
 */
final class AssignedQueues implements Rebalancer.Assignment, PullLoop.Host {

    private static final Logger log = LoggerFactory.getLogger(AssignedQueues.class);

    private final PushConsumerSettings settings;
    private final PullLoop.PullSettings pullSettings;
    private final OffsetStore offsets;
    private final ConsumeService service;
    private final ConsumerContext context;
    private final Map<Queue, Slot> slots = new HashMap<>();
    private volatile Set<Queue> published = Set.of();
    private TaskLoop.@Nullable Timer commitTimer;
    private boolean stopped;

    /** A queue from its assignment to its loss. It has a window once its start offset is known. */
    private static final class Slot {

        private boolean asking;
        /** Why the start offset is not known yet; empty if no question has failed. */
        private String lastProblem = "";

        private @Nullable ProcessQueue window;
        private @Nullable PullLoop pulls;
    }

    AssignedQueues(
            PushConsumerSettings settings,
            Subscriptions subscriptions,
            OffsetStore offsets,
            ConsumeService service,
            ConsumerContext context) {
        this.settings = settings;
        this.pullSettings = new PullLoop.PullSettings(settings.group(), subscriptions, settings.pullBatchSize());
        this.offsets = offsets;
        this.service = service;
        this.context = context;
    }

    Set<Queue> queues() {
        return published;
    }

    /** Begins to commit offsets at the configured interval. */
    void start() {
        commitTimer = context.loop().schedule(settings.commitInterval(), () -> {
            if (!stopped) {
                try {
                    slots.forEach(this::commit);
                } finally {
                    start();
                }
            }
        });
    }

    @Override
    public boolean assign(String topic, Set<Queue> queues) {
        if (stopped) {
            return true;
        }
        boolean changed = loseAllBut(topic, queues);
        for (Queue queue : queues) {
            changed |= slots.putIfAbsent(queue, new Slot()) == null;
        }
        if (changed) {
            published = Set.copyOf(slots.keySet());
            log.info(
                    "Group '{}' has {} queue(s) of topic '{}' here now: {}",
                    settings.group(),
                    queues.size(),
                    topic,
                    queues);
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
            Slot slot = slots.remove(queue);
            if (slot != null) {
                commit(queue, slot);
                drop(slot);
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
                .whenComplete((offset, error) -> context.loop().execute(() -> {
                    slot.asking = false;
                    if (stopped || slots.get(queue) != slot || slot.window != null) {
                        return;
                    }
                    if (error == null) {
                        begin(queue, slot, offset);
                    } else if (!Causes.text(error).equals(slot.lastProblem)) {
                        slot.lastProblem = Causes.text(error);
                        log.warn(
                                "Group '{}' does not know yet where to start in {}, it asks every second: {}",
                                settings.group(),
                                queue,
                                slot.lastProblem);
                    }
                }));
    }

    private CompletableFuture<Long> startOffset(Queue queue) {
        try {
            return offsets.startOffset(queue);
        } catch (RuntimeException e) {
            // A queue that is being asked for is not asked for again, so the question has to end.
            return CompletableFuture.failedFuture(e);
        }
    }

    private void begin(Queue queue, Slot slot, long offset) {
        ProcessQueue window = new ProcessQueue(queue, offset, settings.maxCachedMessages(), settings.maxCachedBytes());
        slot.window = window;
        slot.pulls = new PullLoop(window, pullSettings, context, this);
        slot.pulls.start();
    }

    @Override
    public void pulled(ProcessQueue queue, List<StoredMessage> messages) {
        service.submit(queue, messages);
    }

    @Override
    public void movedBack(ProcessQueue window, long offset) {
        Queue queue = window.queue();
        Slot slot = slots.get(queue);
        if (slot != null && slot.window == window) {
            drop(slot);
            offsets.commit(queue, offset);
            begin(queue, slot, offset);
        }
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

    private void commit(Queue queue, Slot slot) {
        if (slot.window != null) {
            offsets.commit(queue, slot.window.commitOffset());
        }
    }

    private static void drop(Slot slot) {
        if (slot.pulls != null) {
            slot.pulls.stop();
        }
        if (slot.window != null) {
            slot.window.drop();
        }
    }

    /** Pulls no more; what was pulled can still be finished. */
    void stopPulling() {
        stopped = true;
        if (commitTimer != null) {
            commitTimer.cancel();
        }
        for (Slot slot : slots.values()) {
            if (slot.pulls != null) {
                slot.pulls.stop();
            }
        }
    }

    /** Gives all queues up. Completes when their offsets are stored, exceptionally if one could not be. */
    CompletableFuture<@Nullable Void> commitAndDrop() {
        CompletableFuture<?>[] commits = slots.entrySet().stream()
                .filter(entry -> entry.getValue().window != null)
                .map(entry -> commitSurely(entry.getKey(), entry.getValue()))
                .toArray(CompletableFuture[]::new);
        slots.values().forEach(AssignedQueues::drop);
        slots.clear();
        published = Set.of();
        return CompletableFuture.allOf(commits);
    }

    private CompletableFuture<Void> commitSurely(Queue queue, Slot slot) {
        ProcessQueue window = slot.window;
        return window == null
                ? CompletableFuture.completedFuture(null)
                : offsets.commitSurely(queue, window.commitOffset());
    }
}
