package io.reliablemq.broker.delivery;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.index.timer.TimerProgress;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * How far the schedule has been handed over: on each level, every message below the cursor has a committed copy; of the
 * timers, every one that their progress calls done. Apart from those, named one by one, that could not be read.
 *
 * <p>Advanced by {@code rmq-scheduler}, stored by {@code rmq-housekeeping}; safe for both. The file may be older than
 * the log; the copies in the log tell what it missed.
 */
public final class DelayCursors {

    /** Bytes of log that a start may have to look through for copies. */
    private static final long MAX_UNCOVERED_BYTES = 64L * 1024 * 1024;

    private final AtomicFile file;
    private final MessageStore store;
    private final Map<Integer, Long> cursors = new ConcurrentHashMap<>();
    private volatile TimerProgress timers = TimerProgress.NOTHING;

    /** Positions of messages that the progress has passed although they were not handed over, as they cannot be read. */
    private final NavigableSet<Long> unreadable = new ConcurrentSkipListSet<>();

    /** Held where progress passes such a message: what is stored has both or none. */
    private final Object passing = new Object();

    private final AtomicBoolean changed = new AtomicBoolean();

    /** Position of the log behind which there may be copies that the cursors do not know of. */
    private volatile long copiesFrom;

    private volatile long storedCopiesFrom;

    private record Content(
            @JsonProperty("copiesFrom") long copiesFrom,
            @JsonProperty("cursors") Map<Integer, Long> cursors,
            @JsonProperty("timers") @Nullable TimerProgress timers,
            @JsonProperty("unreadable") @Nullable List<Long> unreadable) {}

    private DelayCursors(AtomicFile file, MessageStore store) {
        this.file = file;
        this.store = store;
    }

    /**
     * @throws IOException if the file cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public static DelayCursors load(AtomicFile file, MessageStore store) throws IOException {
        DelayCursors cursors = new DelayCursors(file, store);
        byte[] stored = file.read();
        if (stored != null) {
            cursors.take(stored);
            cursors.storedCopiesFrom = cursors.copiesFrom;
        }
        return cursors;
    }

    private void take(byte[] stored) {
        Content content = JsonBodies.read(Body.of(stored), Content.class);
        cursors.putAll(content.cursors());
        cursors.keySet().retainAll(content.cursors().keySet());
        timers = content.timers() == null ? TimerProgress.NOTHING : content.timers();
        List<Long> passed = content.unreadable() == null ? List.of() : content.unreadable();
        unreadable.addAll(passed);
        unreadable.retainAll(Set.copyOf(passed));
        copiesFrom = content.copiesFrom();
    }

    /**
     * Takes over the content of the master's file, once the log here holds the copies that it speaks of. Not while the
     * schedule runs.
     *
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public void follow(byte[] masters) {
        take(masters);
        changed.set(true);
    }

    /** The messages of the schedule's queue below this offset were handed over. */
    public long cursor(int queueId) {
        return cursors.getOrDefault(queueId, 0L);
    }

    void advance(int queueId, long cursor) {
        cursors.put(queueId, cursor);
        changed.set(true);
    }

    /** As {@link #advance}, past a message that cannot be read. @param position where it stands */
    void advanceUnread(int queueId, long cursor, long position) {
        synchronized (passing) {
            unreadable.add(position);
            advance(queueId, cursor);
        }
    }

    /** As {@link #timersHandedOver}, past a message that cannot be read. @param position where it stands */
    void timersPassedUnread(TimerProgress progress, long position) {
        synchronized (passing) {
            unreadable.add(position);
            timersHandedOver(progress);
        }
    }

    /** The message was handed over after all, or is no longer there. */
    void noLongerUnreadable(long position) {
        unreadable.remove(position);
        changed.set(true);
    }

    /** Where the messages stand that were passed over since they cannot be read. */
    NavigableSet<Long> unreadable() {
        return Collections.unmodifiableNavigableSet(unreadable);
    }

    TimerProgress timers() {
        return timers;
    }

    void timersHandedOver(TimerProgress progress) {
        timers = progress;
        changed.set(true);
    }

    /** The same timers are done, but more of the log was looked at, which is not worth a write to the disk by itself. */
    void timersLookedAt(TimerProgress progress) {
        timers = progress;
    }

    /** Where to start to look for copies that were made after the cursors were stored. */
    public long copiesFrom() {
        return copiesFrom;
    }

    /**
     * Every copy below the position is covered by the cursors as they are now. Called after the cursors were advanced,
     * and read before them, so that what is stored never promises too much.
     */
    void coverCopies(long position) {
        copiesFrom = position;
        if (position - storedCopiesFrom > MAX_UNCOVERED_BYTES) {
            changed.set(true);
        }
    }

    /** Stores what changed since the last call, after a flush of the log. */
    public void persist() throws IOException {
        if (store.failure() != null) {
            // Reported when it happened; the log cannot be flushed any more, so nothing may be promised by a file.
            return;
        }
        if (!changed.getAndSet(false)) {
            return;
        }
        try {
            long covered = copiesFrom;
            byte[] content = content(covered);
            store.flush();
            file.write(content);
            storedCopiesFrom = covered;
        } catch (IOException e) {
            changed.set(true);
            throw e;
        }
    }

    private byte[] content(long covered) {
        synchronized (passing) {
            return JsonBodies.write(new Content(covered, new TreeMap<>(cursors), timers, List.copyOf(unreadable)))
                    .toByteArray();
        }
    }
}
