package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Delivers messages after the delay of their level. One queue of the schedule topic a level; within a level messages are
 * due in the order of the queue.
 *
 * <p>Each message is handed over as a copy to its real topic and queue. The copy names the position of its original, and
 * the cursor passes the original only once the copy is committed. So nothing is lost when the broker dies between the
 * two, and the copies that recovery finds in the log keep a message from being handed over twice.
 *
 * <p>Owned by {@code rmq-scheduler}: {@link #doWork} sleeps until the next message is due or a message arrived in the
 * schedule. A jump of the wall clock shifts no wait that has begun, and no wait is longer than its level's delay.
 */
public final class DelaySchedule {

    private final MessageStore store;
    private final MessageCopies copies;
    private final DelayLevels levels;
    private final DelayCursors cursors;
    private final LongPredicate alreadyCopied;
    private final Clock clock;
    private final Runnable signal;
    private final List<DelayQueue> queues = new ArrayList<>();

    /**
     * @param alreadyCopied whether the log holds a copy of the message at that position
     * @param signal wakes the thread that calls {@link #doWork}
     */
    public DelaySchedule(
            MessageStore store,
            MessageCopies copies,
            DelayLevels levels,
            DelayCursors cursors,
            LongPredicate alreadyCopied,
            Clock clock,
            Runnable signal) {
        this.store = store;
        this.copies = copies;
        this.levels = levels;
        this.cursors = cursors;
        this.alreadyCopied = alreadyCopied;
        this.clock = clock;
        this.signal = signal;
        for (int queueId = 0; queueId < queueCount(); queueId++) {
            queues.add(queue(queueId));
        }
    }

    /** There may be more queues than levels, if there were more levels once: what waits there is still delivered. */
    private int queueCount() {
        int highest = store.queues().stream()
                .filter(queue -> queue.topic().equals(Names.SCHEDULE_TOPIC))
                .mapToInt(QueueKey::queueId)
                .max()
                .orElse(-1);
        return Math.max(levels.highest(), highest + 1);
    }

    /** How many messages wait for their time, or for their copy to be committed. May be called by any thread. */
    public long pending() {
        return queues.stream().mapToLong(DelayQueue::pending).sum();
    }

    private DelayQueue queue(int queueId) {
        return new DelayQueue(
                new QueueKey(Names.SCHEDULE_TOPIC, queueId),
                levels.delay(levels.atMost(queueId + 1)),
                store,
                copies,
                cursors,
                alreadyCopied,
                clock,
                signal);
    }

    /**
     * Hands over what is due.
     *
     * @return nanoseconds until the next message is due; {@link Agent#UNTIL_SIGNAL} if none is waiting
     * @throws IOException if the log cannot be read
     */
    public long doWork() throws IOException {
        // Taken first: a copy that is committed later stands behind it, or is still on its way below.
        long covered = store.positions().committed();
        long next = Agent.UNTIL_SIGNAL;
        IOException failure = null;
        for (DelayQueue queue : queues) {
            try {
                next = Math.min(next, queue.doWork());
            } catch (IOException e) {
                // A message that cannot be read holds up its own level, and no other.
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
            covered = Math.min(covered, queue.oldestOnItsWay());
        }
        cursors.coverCopies(covered);
        if (failure != null) {
            throw failure;
        }
        return next;
    }
}
