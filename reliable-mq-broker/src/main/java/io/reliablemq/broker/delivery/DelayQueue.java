package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue of the schedule: what waits for one delay. Owned by the thread of its {@link DelaySchedule}; only the
 * outcome of a copy is set by another thread.
 */
final class DelayQueue {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySchedule.class);

    /** Copies that may be on their way at once: enough to fill a group commit. */
    private static final int MAX_COPIES = 256;

    private static final long RETRY_NANOS = Duration.ofMillis(100).toNanos();

    private final QueueKey queue;
    private final Duration delay;
    private final MessageStore store;
    private final MessageCopies copies;
    private final DelayCursors cursors;
    private final LongPredicate alreadyCopied;
    private final Clock clock;
    private final Runnable signal;
    private final Deque<Copy> onTheirWay = new ArrayDeque<>();
    private final long endAtStart;
    private final long copiesFromAtStart;

    /** Offset of the next message to be examined; at or beyond the cursor. */
    private long next;

    /** The message at {@link #next}, while it is waiting for its time. */
    private @Nullable Head head;

    private record Head(StoredMessage message, long dueNanos) {}

    /** A copy on its way into the log. */
    private static final class Copy {
        final StoredMessage parked;

        /** The copy will stand at or behind this position of the log. */
        final long notBefore;

        volatile @Nullable AppendResult result;

        /** When the result came; written before it. */
        long answeredNanos;

        Copy(StoredMessage parked, long notBefore) {
            this.parked = parked;
            this.notBefore = notBefore;
        }
    }

    DelayQueue(
            QueueKey queue,
            Duration delay,
            MessageStore store,
            MessageCopies copies,
            DelayCursors cursors,
            LongPredicate alreadyCopied,
            Clock clock,
            Runnable signal) {
        this.queue = queue;
        this.delay = delay;
        this.store = store;
        this.copies = copies;
        this.cursors = cursors;
        this.alreadyCopied = alreadyCopied;
        this.clock = clock;
        this.signal = signal;
        this.next = Math.max(cursors.cursor(queue.queueId()), store.minOffset(queue));
        this.endAtStart = store.maxOffset(queue);
        this.copiesFromAtStart = cursors.copiesFrom();
    }

    /** @return nanoseconds until it has something to do again */
    long doWork() throws IOException {
        long settled = settle();
        if (store.failure() != null) {
            // Nothing can be handed over any more; the next start goes on from the cursor.
            return Agent.UNTIL_SIGNAL;
        }
        return Math.min(settled, handOver());
    }

    /** How many messages the cursor has not passed. May be called by any thread. */
    long pending() {
        long first = Math.max(cursors.cursor(queue.queueId()), store.minOffset(queue));
        return Math.max(0, store.maxOffset(queue) - first);
    }

    /** No copy that the cursor has not passed yet stands before this position; {@link Long#MAX_VALUE} without one. */
    long oldestOnItsWay() {
        if (cursors.cursor(queue.queueId()) < endAtStart) {
            // Copies of what is still to be passed were perhaps made before the start.
            return copiesFromAtStart;
        }
        Copy oldest = onTheirWay.peek();
        return oldest == null ? Long.MAX_VALUE : oldest.notBefore;
    }

    /** Moves the cursor past copies that are committed, in order. */
    private long settle() {
        while (!onTheirWay.isEmpty()) {
            Copy copy = onTheirWay.peek();
            AppendResult result = copy.result;
            if (result == null) {
                return Agent.UNTIL_SIGNAL;
            }
            if (result.status() == Status.CLOSED || result.status() == Status.FAILED) {
                // Whether the copy is in the log is found out by the next start.
                return Agent.UNTIL_SIGNAL;
            }
            if (result.status().isRefused()) {
                // The answer itself has woken this thread: tried again at once, it would be refused again at once.
                long wait = copy.answeredNanos + RETRY_NANOS - clock.nanos();
                if (wait > 0) {
                    return wait;
                }
                append(copy);
                return Agent.UNTIL_SIGNAL;
            }
            // Not flushed in time, but in the log: a second copy would be handed over twice, so wait for the first.
            if (result.status() == Status.FLUSH_TIMEOUT && store.positions().committed() <= result.position()) {
                return RETRY_NANOS;
            }
            onTheirWay.poll();
            cursors.advance(queue.queueId(), copy.parked.queueOffset() + 1);
        }
        return Agent.UNTIL_SIGNAL;
    }

    private long handOver() throws IOException {
        while (onTheirWay.size() < MAX_COPIES) {
            Head first = head();
            if (first == null) {
                return Agent.UNTIL_SIGNAL;
            }
            long wait = first.dueNanos() - clock.nanos();
            if (wait > 0) {
                return wait;
            }
            head = null;
            next++;
            begin(first.message());
        }
        return Agent.UNTIL_SIGNAL;
    }

    private void begin(StoredMessage parked) {
        Copy copy = new Copy(parked, store.positions().written());
        onTheirWay.add(copy);
        if (alreadyCopied.test(parked.position())) {
            copy.result = new AppendResult(Status.COMMITTED, -1, -1, "");
            signal.run();
        } else {
            append(copy);
        }
    }

    private void append(Copy copy) {
        StoredMessage due;
        try {
            due = copies.due(copy.parked);
        } catch (IllegalArgumentException e) {
            // Only a foreign program can have written this. It stays in the log, where it can be looked at.
            LOG.error("A delayed message cannot be delivered and is passed over: {}", e.getMessage());
            copy.result = new AppendResult(Status.COMMITTED, -1, -1, "");
            signal.run();
            return;
        }
        copy.result = null;
        store.append(due, copy.parked.position(), result -> {
            copy.answeredNanos = clock.nanos();
            copy.result = result;
            signal.run();
        });
    }

    private @Nullable Head head() throws IOException {
        if (head == null) {
            StoredMessage message = nextMessage();
            if (message != null) {
                long wait = message.storeTimestamp() + delay.toMillis() - clock.wallMs();
                long bounded = Math.max(0, Math.min(wait, delay.toMillis()));
                head = new Head(
                        message, clock.nanos() + Duration.ofMillis(bounded).toNanos());
            }
        }
        return head;
    }

    private @Nullable StoredMessage nextMessage() throws IOException {
        long min = store.minOffset(queue);
        if (next < min) {
            LOG.error(
                    "Delayed messages {} to {} of {} are no longer in the log and cannot be delivered",
                    next,
                    min,
                    queue);
            next = min;
        }
        if (next >= store.maxOffset(queue)) {
            return null;
        }
        StoredMessage message = store.readAt(queue, next);
        return message == null ? behindGap() : message;
    }

    /** What stood here was deleted or lost; what stands behind it must not wait for it. */
    private @Nullable StoredMessage behindGap() throws IOException {
        long behind = store.nextKept(queue, next);
        LOG.error(
                "Delayed messages {} to {} of {} are no longer in the log and cannot be delivered",
                next,
                behind - 1,
                queue);
        next = behind;
        return store.readAt(queue, next);
    }
}
