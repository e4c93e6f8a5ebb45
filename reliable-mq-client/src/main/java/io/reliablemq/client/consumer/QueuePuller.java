package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.PeriodicTask;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PullConsumerSettings;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.StoredMessage;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches from chosen queues and keeps what came until it is polled.
 *
 * <p>Thread-safe: windows and pulls belong to the thread {@code rmq-client}, what was fetched is in a queue between it and those
 * that poll, and {@code returned} is guarded by its own monitor.
 */
public final class QueuePuller implements PullConsumer, PullLoop.Host {

    private static final Logger log = LoggerFactory.getLogger(QueuePuller.class);

    private final PullConsumerSettings settings;
    private final ConsumerContext context;
    private final Consumer<QueuePuller> leave;
    private final Answers answers;
    private final BrokerOffsets offsets;
    private final QueueBounds bounds;
    private final CacheBudget budget;
    private final PullLoop.PullSettings pullSettings;
    private final PeriodicTask regularCommits;
    private final Map<Queue, Slot> slots = new ConcurrentHashMap<>();
    private final Set<Queue> paused = ConcurrentHashMap.newKeySet();
    private final ClosableDeque<Fetched> fetched = new ClosableDeque<>();
    /** Returned by polls and not done yet. */
    private final List<Fetched> returned = new ArrayList<>();

    private volatile boolean closed;

    private record Slot(ProcessQueue window, PullLoop pulls) {}

    private record Fetched(ProcessQueue window, StoredMessage message) {}

    /** @param leave runs once, when the consumer has closed */
    public QueuePuller(PullConsumerSettings settings, ConsumerContext context, Consumer<QueuePuller> leave) {
        this.settings = settings;
        this.context = context;
        this.leave = leave;
        this.answers = new Answers("The pull consumer of group '" + settings.group() + "'", context);
        this.offsets = BrokerOffsets.ofNobody(settings.group(), settings.consumeFrom(), context);
        this.bounds = new QueueBounds(settings.consumeFrom(), null, context);
        this.budget = new CacheBudget(settings.cache());
        this.pullSettings = new PullLoop.PullSettings(
                settings.group(),
                Subscriptions.ofEveryTopic(settings.group(), settings.tags()),
                Math.min(settings.pullBatchSize(), settings.cache().maxMessagesPerQueue()),
                ConsumerEvents.NONE,
                window -> false);
        this.regularCommits = new PeriodicTask(context.loop(), settings.commitInterval(), this::commitAll);
        regularCommits.start();
    }

    private void commitAll() {
        slots.forEach((queue, slot) -> offsets.commit(queue, slot.window.commitOffset()));
    }

    @Override
    public Set<Queue> queues(String topic) {
        return answers.await(context.routes().once(topic), "find the topic '" + topic + "'")
                .map(route -> Set.copyOf(Rebalancer.queues(topic, route)))
                .orElseThrow(() -> new IllegalStateException("There is no topic '" + topic + "'"));
    }

    @Override
    public void assign(Collection<Queue> queues) {
        requireOpen();
        Set<Queue> wanted = new HashSet<>(queues);
        List<Queue> lost =
                slots.keySet().stream().filter(queue -> !wanted.contains(queue)).toList();
        for (Queue queue : lost) {
            Slot slot = slots.get(queue);
            if (slot != null) {
                answers.await(offsets.commitSurely(queue, slot.window.commitOffset()), "store the offset of " + queue);
                onLoop(() -> remove(queue));
            }
        }
        wanted.removeAll(slots.keySet());
        for (Queue queue : wanted) {
            answers.await(context.routes().await(queue.topic()), "find the topic '" + queue.topic() + "'");
            long offset = answers.await(offsets.startOffset(queue), "tell where to begin in " + queue);
            onLoop(() -> begin(queue, offset));
            // So that a restart begins here and not at a later end. A broker that has not heard of the group yet
            // ignores it.
            offsets.commit(queue, offset);
        }
    }

    @Override
    public Set<Queue> assignment() {
        return Set.copyOf(slots.keySet());
    }

    /** On the thread {@code rmq-client}. */
    private void begin(Queue queue, long offset) {
        remove(queue);
        ProcessQueue window = new ProcessQueue(queue, offset, budget, context.clock());
        PullLoop pulls = new PullLoop(window, pullSettings, context, this);
        slots.put(queue, new Slot(window, pulls));
        if (!paused.contains(queue) && !closed) {
            pulls.start();
        }
    }

    /** On the thread {@code rmq-client}. */
    private void remove(Queue queue) {
        Slot slot = slots.remove(queue);
        if (slot != null) {
            slot.pulls.stop();
            slot.window.drop();
        }
    }

    @Override
    public void pulled(ProcessQueue window, List<StoredMessage> messages) {
        messages.forEach(message -> fetched.addLast(new Fetched(window, message)));
    }

    @Override
    public CacheBudget.Share share() {
        return budget.share(slots.size());
    }

    @Override
    public void movedBack(ProcessQueue window, long offset) {
        Slot slot = slots.get(window.queue());
        if (slot != null && slot.window == window) {
            begin(window.queue(), offset);
        }
    }

    @Override
    public List<ReceivedMessage> poll(Duration timeout) throws InterruptedException {
        requireOpen();
        if (settings.autoCommit()) {
            done();
        }
        List<ReceivedMessage> messages = new ArrayList<>();
        List<Fetched> taken = new ArrayList<>();
        List<Fetched> later = new ArrayList<>();
        long deadline = context.clock().nanos() + timeout.toNanos();
        try {
            while (messages.size() < settings.maxPollMessages()) {
                Fetched next = next(taken.isEmpty(), deadline);
                if (next == null) {
                    if (taken.isEmpty()) {
                        requireOpen();
                    }
                    break;
                }
                if (paused.contains(next.window.queue())) {
                    later.add(next);
                } else if (!next.window.isDropped()) {
                    try {
                        messages.add(read(next));
                        taken.add(next);
                    } catch (IllegalStateException e) {
                        if (taken.isEmpty()) {
                            throw e;
                        }
                        // What was readable before it is returned first; the next poll begins with it.
                        later.add(next);
                        break;
                    }
                }
            }
        } finally {
            // In front, so that those of a queue stay in order.
            for (int i = later.size() - 1; i >= 0; i--) {
                fetched.addFirst(later.get(i));
            }
        }
        // Only now: what a poll that throws had collected must not count as returned.
        synchronized (returned) {
            returned.addAll(taken);
        }
        return List.copyOf(messages);
    }

    /** Waits for the first message alone, since whoever waits can be interrupted, and the others taken so far were lost. */
    private @Nullable Fetched next(boolean isFirst, long deadline) throws InterruptedException {
        if (!isFirst) {
            return fetched.poll();
        }
        long left = Math.max(0, deadline - context.clock().nanos());
        return fetched.poll(left);
    }

    private ReceivedMessage read(Fetched next) {
        try {
            return MessageReader.read(next.window.queue(), next.message);
        } catch (UnreadableMessageException e) {
            throw new IllegalStateException(
                    "Message " + next.message.messageId() + " at offset " + next.message.queueOffset() + " of "
                            + next.window.queue() + " cannot be read: " + e.getMessage(),
                    e);
        }
    }

    private void done() {
        synchronized (returned) {
            returned.forEach(each -> each.window.finish(each.message.queueOffset()));
            returned.clear();
        }
    }

    @Override
    public void seek(Queue queue, long offset) {
        requireAssigned(queue);
        if (offset < 0) {
            throw new IllegalArgumentException("The offset " + offset + " is below 0");
        }
        answers.await(offsets.commitSurely(queue, offset), "store the offset of " + queue);
        onLoop(() -> begin(queue, offset));
    }

    @Override
    public void seek(Queue queue, Instant timestamp) {
        seek(queue, answers.await(bounds.at(queue, timestamp), "find " + timestamp + " in " + queue));
    }

    @Override
    public void seekToBeginning(Queue queue) {
        seek(queue, answers.await(bounds.min(queue), "tell the first offset of " + queue));
    }

    @Override
    public void seekToEnd(Queue queue) {
        seek(queue, answers.await(bounds.max(queue), "tell the end of " + queue));
    }

    @Override
    public long position(Queue queue) {
        return requireAssigned(queue).window.commitOffset();
    }

    @Override
    public void commit() {
        done();
        commitAllSurely();
    }

    private void commitAllSurely() {
        List<CompletableFuture<Void>> commits = new ArrayList<>();
        slots.forEach((queue, slot) -> commits.add(offsets.commitSurely(queue, slot.window.commitOffset())));
        answers.await(CompletableFuture.allOf(commits.toArray(CompletableFuture[]::new)), "store the offsets");
    }

    @Override
    public void pause(Collection<Queue> queues) {
        paused.addAll(queues);
        onLoop(() -> queues.forEach(queue -> {
            Slot slot = slots.get(queue);
            if (slot != null) {
                slot.pulls.stop();
            }
        }));
    }

    @Override
    public void resume(Collection<Queue> queues) {
        onLoop(() -> queues.forEach(queue -> {
            Slot slot = slots.get(queue);
            if (paused.remove(queue) && slot != null) {
                PullLoop pulls = new PullLoop(slot.window, pullSettings, context, this);
                slots.put(queue, new Slot(slot.window, pulls));
                pulls.start();
            }
        }));
    }

    private Slot requireAssigned(Queue queue) {
        requireOpen();
        Slot slot = slots.get(queue);
        if (slot == null) {
            throw new IllegalArgumentException(queue + " is not assigned; assigned are " + slots.keySet());
        }
        return slot;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The pull consumer of group '" + settings.group() + "' is closed");
        }
    }

    private void onLoop(Runnable step) {
        answers.await(CompletableFuture.runAsync(step, context.loop()), "go on");
    }

    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            fetched.close();
            regularCommits.stop();
        }
        try {
            commitAllSurely();
        } catch (IllegalStateException e) {
            log.warn("Some messages will be received again", e);
        } finally {
            onLoop(() -> List.copyOf(slots.keySet()).forEach(this::remove));
            leave.accept(this);
        }
    }
}
