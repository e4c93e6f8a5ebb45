package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.index.PatientRead;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.store.index.timer.TimerProgress;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages that wait for a time of their own and were called back. A note in the log says so; who is noted is not handed
 * over, and a message whose note is on its way into the log waits until that has ended, so that it is neither lost by a note
 * that is refused nor delivered in spite of one that is not.
 *
 * <p>Any thread may call a message back. Whether it is in time is decided by the thread of the {@link DelaySchedule}, which
 * alone hands over.
 */
public final class Recalls {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySchedule.class);

    private static final QueueKey NOTES = new QueueKey(Names.RECALL_TOPIC, 0);

    /** In place of a note's position, as long as that is not known. */
    private static final long ON_ITS_WAY = -1;

    private final MessageStore store;
    private final Runnable signal;

    /** By the position of the message that was called back. */
    private final Map<Long, Note> notes = new ConcurrentHashMap<>();

    private final Queue<Asked> asked = new ConcurrentLinkedQueue<>();

    /** @param at where the note stands, or {@link #ON_ITS_WAY} */
    private record Note(long dueMs, long at) {

        boolean isIn(SegmentContent segment) {
            return at >= segment.base() && at < segment.next();
        }
    }

    /** Notes before this queue offset are known here. Those behind it are a master's, of which a slave knows nothing. */
    private volatile long known;

    /** Notes before this queue offset were looked at. Belongs to the thread of the schedule. */
    private long next;

    private record Asked(StoredMessage parked, long dueMs, Outcome outcome) {}

    /** Hears how it ended, once. */
    public interface Outcome {

        /** The note was stored as the result says. The message is not delivered if that is a success. */
        void noted(AppendResult result);

        /** The message was handed over before. */
        void tooLate();
    }

    /** @throws IOException if the log cannot be read */
    Recalls(MessageStore store, TimerProgress progress, Runnable signal) throws IOException {
        this.store = store;
        this.signal = signal;
        long max = store.maxOffset(NOTES);
        this.known = max;
        this.next = store.minOffset(NOTES);
        PatientRead.run(() -> lookAtArrivals(progress::isDone));
    }

    /** Also later than at the start: what replicas have not confirmed is not shown before they do. */
    private void lookAtArrivals(BiPredicate<Long, Long> isHandedOver) throws IOException {
        long max = store.maxOffset(NOTES);
        for (next = store.nextKept(NOTES, next); next < max; next = store.nextKept(NOTES, next + 1)) {
            note(store.readAt(NOTES, next), isHandedOver);
        }
    }

    private void note(@Nullable StoredMessage stored, BiPredicate<Long, Long> isHandedOver) {
        RecallMark mark = stored == null ? null : RecallMark.read(stored);
        if (stored == null || mark == null) {
            LOG.error("A note of a message that was called back cannot be read: {}", stored);
        } else if (!isHandedOver.test(mark.dueMs(), mark.position())) {
            notes.put(mark.position(), new Note(mark.dueMs(), stored.position()));
        }
    }

    /** @param parked a message of the timer topic, as it was read from the log */
    public void recall(StoredMessage parked, long dueMs, Outcome outcome) {
        asked.add(new Asked(parked, dueMs, outcome));
        signal.run();
    }

    /** Decides what was asked for. @param isHandedOver whether the timer (due time, position) is begun or done */
    void decide(BiPredicate<Long, Long> isHandedOver) throws IOException {
        lookAtArrivals(isHandedOver);
        for (Asked next = asked.poll(); next != null; next = asked.poll()) {
            long position = next.parked.position();
            Note note = notes.get(position);
            if (isHandedOver.test(next.dueMs, position)) {
                next.outcome.tooLate();
            } else if (note != null && note.at() != ON_ITS_WAY) {
                // Whoever has not heard the answer asks again.
                next.outcome.noted(new AppendResult(Status.COMMITTED, note.at(), 0, ""));
            } else if (note != null) {
                next.outcome.noted(new AppendResult(Status.BUSY, -1, -1, "the message is being called back"));
            } else {
                notes.put(position, new Note(next.dueMs, ON_ITS_WAY));
                store.append(RecallMark.of(next.parked, next.dueMs), MessageStore.NO_ORIGIN, noted(next));
            }
        }
    }

    private AppendListener noted(Asked recall) {
        long position = recall.parked.position();
        return result -> {
            if (result.status().isStored()) {
                notes.put(position, new Note(recall.dueMs, result.position()));
                known = result.queueOffset() + 1;
            } else if (result.status().isRefused()) {
                notes.remove(position);
            }
            // Otherwise only the next start can tell, and until then nothing is handed over.
            signal.run();
            recall.outcome.noted(result);
        };
    }

    boolean isRecalled(long position) {
        Note note = notes.get(position);
        return note != null && note.at() != ON_ITS_WAY;
    }

    boolean isUndecided(long position) {
        Note note = notes.get(position);
        return note != null && note.at() == ON_ITS_WAY;
    }

    /** Forgets the notes of messages that are done. */
    void forgetDone(TimerProgress progress) {
        notes.entrySet().removeIf(note -> progress.isDone(note.getValue().dueMs(), note.getKey()));
    }

    /** Whether the segment holds a note that is still needed. Any thread may ask. */
    boolean isNeeded(SegmentContent segment) {
        return notes.values().stream().anyMatch(note -> note.isIn(segment))
                || segment.parts().stream()
                        .anyMatch(part -> part.topic().equals(NOTES.topic()) && part.endOffset() > known);
    }

    /** How many messages are called back and not yet due. */
    int size() {
        return notes.size();
    }
}
