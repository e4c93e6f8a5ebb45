package io.reliablemq.broker.delivery;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.figures.Histogram;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.index.MessageMarks;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongPredicate;
import java.util.stream.Stream;

/**
 * Delivers messages later: after the delay of their level, after one of {@link OwnDelays}, or at a time of their own. One
 * queue of the schedule topic a delay, within which messages are due in the order of the queue; one queue for all that have
 * a time of their own.
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
    private final Clock clock;
    private final Histogram lateness = Histogram.ofNanos();
    private final OwnDelays ownDelays;
    private final HandOver.Parts parts;
    private final LongPredicate alreadyCopied;
    private final PassedUnread passedUnread;
    private final List<DelayQueue> queues = new ArrayList<>();
    private final TimerQueue timers;
    private final UnreadableMessages unreadable;

    /** By queue; added to by the thread that this is owned by. */
    private final Map<Integer, DelayQueue> own = new ConcurrentHashMap<>();

    /**
     * @param ownDelays for which messages wait beside those of the levels
     * @param alreadyCopied whether the log holds a copy of the message at that position
     * @param signal wakes the thread that calls {@link #doWork}
     * @throws IOException if a timer file cannot be read
     */
    public DelaySchedule(
            MessageStore store,
            MessageCopies copies,
            DelayLevels levels,
            OwnDelays ownDelays,
            DelayCursors cursors,
            LongPredicate alreadyCopied,
            Clock clock,
            Runnable signal)
            throws IOException {
        this.store = store;
        this.levels = levels;
        this.cursors = cursors;
        this.clock = clock.ofMessages();
        this.ownDelays = ownDelays;
        this.alreadyCopied = alreadyCopied;
        passedUnread = new PassedUnread(cursors);
        parts = new HandOver.Parts(store, copies, clock, signal, lateness);
        for (int queueId = 0; queueId < queueCount(); queueId++) {
            QueueKey queue = new QueueKey(Names.SCHEDULE_TOPIC, queueId);
            queues.add(new DelayQueue(
                    parts, queue, levels.delay(levels.atMost(queueId + 1)), cursors, passedUnread, alreadyCopied));
        }
        timers = new TimerQueue(parts, cursors, passedUnread, alreadyCopied);
        unreadable = new UnreadableMessages(parts, cursors, alreadyCopied, this::dueMs);
        store.queues().forEach(ownDelays::arrivedIn);
        openOwn();
    }

    /** Messages wait for delays that were not there before. */
    private void openOwn() throws IOException {
        if (own.size() == ownDelays.queueIds().size()) {
            return;
        }
        for (int queueId : ownDelays.queueIds()) {
            if (!own.containsKey(queueId)) {
                QueueKey queue = new QueueKey(Names.SCHEDULE_TOPIC, queueId);
                own.put(
                        queueId,
                        new DelayQueue(parts, queue, OwnDelays.delay(queueId), cursors, passedUnread, alreadyCopied));
            }
        }
    }

    private Stream<Waiting> all() {
        return Stream.concat(Stream.concat(queues.stream(), own.values().stream()), Stream.of(timers, unreadable));
    }

    /** When a message that waits here is due, as wall time. */
    private long dueMs(StoredMessage parked) {
        if (parked.topic().equals(Names.TIMER_TOPIC)) {
            return MessageMarks.of(parked.topic(), parked.properties()).dueMs();
        }
        int queueId = parked.queueId();
        boolean isOwn = OwnDelays.isOwn(new QueueKey(parked.topic(), queueId));
        Duration delay = isOwn ? OwnDelays.delay(queueId) : levels.delay(levels.atMost(queueId + 1));
        return parked.storeTimestamp() + delay.toMillis();
    }

    /** There may be more queues than levels, if there were more levels once: what waits there is still delivered. */
    private int queueCount() {
        int highest = store.queues().stream()
                .filter(queue -> queue.topic().equals(Names.SCHEDULE_TOPIC) && !OwnDelays.isOwn(queue))
                .mapToInt(QueueKey::queueId)
                .max()
                .orElse(-1);
        return Math.max(levels.highest(), highest + 1);
    }

    /**
     * Whether an ended segment of the log holds a message that waits to be delivered, and must be kept for it. May say
     * yes too often, never no. Any thread may ask.
     */
    public boolean waitsIn(SegmentContent segment) {
        return segment.parts().stream().anyMatch(this::isNotOpenedYet)
                || all().anyMatch(waiting -> waiting.waitsIn(segment));
    }

    private boolean isNotOpenedYet(SegmentContent.Part part) {
        return OwnDelays.isOwn(new QueueKey(part.topic(), part.queueId())) && !own.containsKey(part.queueId());
    }

    /** How many messages wait for their time, or for their copy to be committed. May be called by any thread. */
    public long pending() {
        return all().mapToLong(Waiting::pending).sum();
    }

    /** How many of them wait for a time of their own. May be called by any thread. */
    long pendingTimers() {
        return timers.pending();
    }

    /** Calls back what waits for a time of its own. */
    public Recalls recalls() {
        return timers.recalls();
    }

    /** Whether the disk gives what waits. */
    public HealthChecks health() {
        return unreadable;
    }

    /** What waits, and how punctual the broker is. */
    public Figures figures() {
        return this::read;
    }

    private List<Figure> read() {
        List<Figure> figures = new ArrayList<>();
        for (int i = 0; i < queues.size(); i++) {
            figures.add(Figure.gauge(
                            "reliable.mq.broker.delayed.level",
                            Figure.MESSAGES,
                            "Messages that wait for the delay of a level",
                            queues.get(i).pending())
                    .tagged("level", Integer.toString(i + 1)));
        }
        figures.add(Figure.gauge(
                "reliable.mq.broker.delayed.own",
                Figure.MESSAGES,
                "Messages that wait for a delay of their group, which is no level",
                own.values().stream().mapToLong(DelayQueue::pending).sum()));
        figures.add(Figure.gauge(
                "reliable.mq.broker.delayed.unreadable",
                Figure.MESSAGES,
                "Messages that were passed over when they were due, since the disk does not give them",
                unreadable.pending()));
        figures.add(Figure.gauge(
                "reliable.mq.broker.timers",
                Figure.MESSAGES,
                "Messages that wait for a time of their own",
                timers.pending()));
        figures.add(Figure.gauge(
                "reliable.mq.broker.timers.recalled",
                Figure.MESSAGES,
                "Messages that were called back and are not due yet",
                timers.recalls().size()));
        figures.add(Figure.gauge(
                "reliable.mq.broker.timers.behind",
                Figure.SECONDS,
                "For how long the first message that waits for a time of its own has been due",
                Math.max(0, clock.wallMs() - timers.nextDueMs()) / 1000.0));
        figures.add(Figure.histogram(
                "reliable.mq.broker.delivery.lateness",
                Figure.SECONDS,
                "Time from when a message was due to when it was committed in its topic",
                lateness.snapshot()));
        return figures;
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
        openOwn();
        for (Waiting waiting : all().toList()) {
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
