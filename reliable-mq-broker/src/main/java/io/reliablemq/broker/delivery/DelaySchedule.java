package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.index.TimerIndex;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * Delivers messages later: after the delay of their level, or at a time of their own. One queue of the schedule topic a
 * level, within which messages are due in the order of the queue; one queue for all that have a time of their own.
 *
 * <p>Each message is handed over as a copy to its real topic and queue. The copy names the position of its original, and
 * progress passes the original only once the copy is committed. So nothing is lost when the broker dies between the
 * two, and the copies that recovery finds in the log keep a message from being handed over twice. Where to look for such
 * copies does not move on before the progress covers those that were found.
 *
 * <p>Owned by {@code rmq-scheduler}: {@link #doWork} sleeps until the next message is due or a message arrived. A jump of
 * the wall clock shifts no wait for a level that has begun, and no such wait is longer than its level's delay; a time of
 * a message's own is a time by the wall clock, and moves with it.
 */
public final class DelaySchedule {

    private final MessageStore store;
    private final DelayLevels levels;
    private final DelayCursors cursors;
    private final Lateness lateness = new Lateness();
    private final List<DelayQueue> queues = new ArrayList<>();
    private final TimerQueue timers;
    private final List<Waiting> all = new ArrayList<>();

    /**
     * @param index of the messages that have a time of their own
     * @param alreadyCopied whether the log holds a copy of the message at that position
     * @param signal wakes the thread that calls {@link #doWork}
     * @throws IOException if a timer file cannot be read
     */
    public DelaySchedule(
            MessageStore store,
            TimerIndex index,
            MessageCopies copies,
            DelayLevels levels,
            DelayCursors cursors,
            LongPredicate alreadyCopied,
            Clock clock,
            Runnable signal)
            throws IOException {
        this.store = store;
        this.levels = levels;
        this.cursors = cursors;
        HandOver.Parts parts = new HandOver.Parts(store, copies, clock, signal, lateness);
        for (int queueId = 0; queueId < queueCount(); queueId++) {
            QueueKey queue = new QueueKey(Names.SCHEDULE_TOPIC, queueId);
            queues.add(new DelayQueue(parts, queue, levels.delay(levels.atMost(queueId + 1)), cursors, alreadyCopied));
        }
        timers = new TimerQueue(parts, index, cursors, alreadyCopied);
        all.addAll(queues);
        all.add(timers);
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

    /**
     * Nothing that waits to be delivered stands before this position of the log, so what does may be deleted as far as
     * this schedule is concerned. It may be up to a segment too low. Any thread may ask.
     *
     * @return {@link Long#MAX_VALUE} if nothing waits
     */
    public long oldestPendingPosition() {
        long oldest = Long.MAX_VALUE;
        for (Waiting waiting : all) {
            oldest = Math.min(oldest, waiting.oldestPendingPosition());
        }
        return oldest;
    }

    /** What waits now. Any thread may ask. */
    public DelayFigures figures() {
        return new DelayFigures(
                queues.stream().map(DelayQueue::pending).toList(),
                timers.pending(),
                timers.nextDueMs(),
                lateness.figures());
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
        for (Waiting waiting : all) {
            try {
                next = Math.min(next, waiting.doWork());
            } catch (IOException e) {
                // A message that cannot be read holds up its own level, or the timers, and nothing else.
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
            covered = Math.min(covered, waiting.oldestOnItsWay());
        }
        cursors.coverCopies(covered);
        if (failure != null) {
            throw failure;
        }
        return next;
    }
}
