package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.index.timer.Timer;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Parked messages that are due soon, read before their time, so that a burst does not wait for the disk message by
 * message. They are read in the order of the log, which the disk likes better than the order of their times.
 *
 * <p>Bounded in number and bytes; owned by one thread.
 */
final class ReadAhead {

    private static final int MAX_MESSAGES = 1024;
    private static final long MAX_BYTES = 8L << 20;

    private final MessageStore store;
    private final Map<Long, StoredMessage> messages = new HashMap<>();

    /** Positions of those that the log did not give: they are read again when their turn comes, and not with each before. */
    private final Set<Long> failed = new HashSet<>();

    private long bytes;

    ReadAhead(MessageStore store) {
        this.store = store;
    }

    /** Reads messages that are due by then, unless enough are here. */
    void prepare(NavigableSet<Timer> timers, long dueMs) {
        if (messages.size() < MAX_MESSAGES / 2) {
            read(timers, dueMs);
        }
    }

    /**
     * The message of the first timer, and with it those that follow, if it is not here.
     *
     * @return null if the log does not hold it
     * @throws IOException if the disk fails to give this one
     */
    @Nullable
    StoredMessage take(NavigableSet<Timer> timers, long dueMs) throws IOException {
        Timer first = timers.first();
        StoredMessage message = messages.remove(first.position());
        if (message == null && !failed.remove(first.position())) {
            read(timers, dueMs);
            failed.remove(first.position());
            message = messages.remove(first.position());
        }
        if (message == null) {
            return store.readAt(first.position());
        }
        bytes -= first.size();
        return message;
    }

    private void read(NavigableSet<Timer> timers, long dueMs) {
        List<Timer> wanted = new ArrayList<>();
        long total = bytes;
        for (Timer timer : timers) {
            int known = messages.size() + failed.size();
            boolean isFull = known + wanted.size() >= MAX_MESSAGES || total + timer.size() > MAX_BYTES;
            if (isFull || timer.dueMs() > dueMs) {
                break;
            }
            if (!messages.containsKey(timer.position()) && !failed.contains(timer.position())) {
                wanted.add(timer);
                total += timer.size();
            }
        }
        wanted.sort(Comparator.comparingLong(Timer::position));
        wanted.forEach(this::read);
    }

    private void read(Timer timer) {
        StoredMessage message;
        try {
            message = store.readAt(timer.position());
        } catch (IOException e) {
            // Reported when its turn comes, if it still cannot be read then; others must not wait for it.
            failed.add(timer.position());
            return;
        }
        if (message == null) {
            failed.add(timer.position());
        } else {
            messages.put(timer.position(), message);
            bytes += timer.size();
        }
    }
}
