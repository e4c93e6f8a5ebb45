package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.index.PatientRead;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One queue of the schedule: what waits for one delay. Owned by the thread of its {@link DelaySchedule}.
 */
final class DelayQueue implements Waiting {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySchedule.class);

    private static final int MAX_COPIES = 256;

    private final QueueKey queue;
    private final Duration delay;
    private final MessageStore store;
    private final DelayCursors cursors;
    private final Clock clock;
    private final PassedUnread passedUnread;
    private final ReadRetries retries;
    private final HandOver<Long> handOver;

    /** Offset of the next message to be examined; at or beyond the cursor. */
    private long next;

    /** The message at {@link #next}, while it is waiting for its time. */
    private @Nullable Head head;

    private record Head(StoredMessage message, long dueNanos) {}

    /** @throws IOException if an index file cannot be read */
    DelayQueue(
            HandOver.Parts parts,
            QueueKey queue,
            Duration delay,
            DelayCursors cursors,
            PassedUnread passedUnread,
            LongPredicate alreadyCopied)
            throws IOException {
        this.queue = queue;
        this.delay = delay;
        this.store = parts.store();
        this.cursors = cursors;
        this.passedUnread = passedUnread;
        this.clock = parts.clock().ofMessages();
        this.retries = new ReadRetries(clock);
        this.next = cursor();
        this.handOver = new HandOver<>(
                parts,
                MAX_COPIES,
                cursor -> cursors.advance(queue.queueId(), cursor),
                PatientRead.of(() -> copiedBefore(alreadyCopied)),
                cursors.copiesFrom());
    }

    private Set<Long> copiedBefore(LongPredicate alreadyCopied) {
        Set<Long> copied = new HashSet<>();
        for (long offset = next; offset < store.maxOffset(queue); ) {
            Selection part = store.select(queue, offset, Integer.MAX_VALUE, Integer.MAX_VALUE, tag -> true);
            part.entries().stream()
                    .map(Entry::position)
                    .filter(alreadyCopied::test)
                    .forEach(copied::add);
            offset = part.nextOffset();
        }
        return copied;
    }

    @Override
    public long doWork() throws IOException {
        long settled = handOver.settle();
        if (store.failure() != null) {
            // Nothing can be handed over any more; the next start goes on from the cursor.
            return Agent.UNTIL_SIGNAL;
        }
        return Math.min(settled, handOverDue());
    }

    @Override
    public long oldestOnItsWay() {
        return handOver.oldestOnItsWay();
    }

    @Override
    public boolean waitsIn(SegmentContent segment) {
        return segment.parts().stream()
                .anyMatch(part -> part.topic().equals(queue.topic())
                        && part.queueId() == queue.queueId()
                        && part.endOffset() > cursor());
    }

    @Override
    public long pending() {
        return Math.max(0, store.maxOffset(queue) - cursor());
    }

    private long cursor() {
        return Math.max(cursors.cursor(queue.queueId()), store.minOffset(queue));
    }

    private long handOverDue() throws IOException {
        long wait = retries.pause();
        while (wait == 0 && !handOver.isFull()) {
            try {
                wait = handOverNext();
            } catch (UnreadableMessageException e) {
                wait = passOver(e);
            }
        }
        return wait == 0 ? Agent.UNTIL_SIGNAL : wait;
    }

    /** @return 0 if a message was handed over; else how long there is nothing to do */
    private long handOverNext() throws IOException {
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
        StoredMessage message = first.message();
        handOver.begin(message, message.storeTimestamp() + delay.toMillis(), next);
        return 0;
    }

    private @Nullable Head head() throws IOException {
        if (head == null) {
            StoredMessage message = readNext();
            if (message != null) {
                long wait = message.storeTimestamp() + delay.toMillis() - clock.wallMs();
                long bounded = Math.max(0, Math.min(wait, delay.toMillis()));
                head = new Head(
                        message, clock.nanos() + Duration.ofMillis(bounded).toNanos());
            }
        }
        return head;
    }

    /**
     * What the disk does not give must not hold up what stands behind it.
     *
     * @return 0 if the message was passed over; else after how long it is tried again
     */
    private long passOver(UnreadableMessageException unreadable) throws IOException {
        long position = unreadable.position();
        if (handOver.isCopied(position)) {
            handOver.passCopied(position, ++next);
            return 0;
        }
        if (retries.isWorthAnother(unreadable)) {
            return retries.pause();
        }
        if (!passedUnread.hasRoom()) {
            throw unreadable;
        }
        LOG.error(
                "A delayed message cannot be delivered for now, and is passed over: {} of {} with offset {}. It is tried again"
                        + " from time to time",
                unreadable.getMessage(),
                queue,
                next);
        next++;
        passedUnread.pass(handOver, next, cursor -> cursors.advanceUnread(queue.queueId(), cursor, position));
        return 0;
    }

    private @Nullable StoredMessage readNext() throws IOException {
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
