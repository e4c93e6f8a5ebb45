package io.reliablemq.broker.replication.state;

import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Where a master posts its state files whenever it has stored one, and where slaves wait for news.
 *
 * <p>Thread-safe: pages and readers are guarded by {@code lock}; readers are answered without it.
 */
public final class StateBoard {

    /** Slaves of one master are few; whoever asks beyond this is answered at once. */
    private static final int MAX_READERS = 64;

    private final LongSupplier committed;
    private final Clock clock;
    private final Runnable deadlinesChanged;

    /** Versions of another term of this or another master must not be taken for ours. */
    private final String term = UUID.randomUUID().toString();

    private final Object lock = new Object();
    private final Map<String, StatePage> pages = new TreeMap<>();
    private final List<Reader> readers = new ArrayList<>();
    private long posted;
    private volatile boolean closed;

    private record Reader(Map<String, String> known, long deadlineNanos, Consumer<Body> answer) {}

    private record Answered(Reader reader, List<StatePage> news) {
        void give() {
            reader.answer().accept(StatePages.encode(news));
        }
    }

    /**
     * @param committed how far the log is committed
     * @param deadlinesChanged wakes the thread that calls {@link #expire}
     */
    public StateBoard(LongSupplier committed, Clock clock, Runnable deadlinesChanged) {
        this.committed = committed;
        this.clock = clock;
        this.deadlinesChanged = deadlinesChanged;
    }

    /** The file has this content now, which is on disk. */
    public void post(String name, byte[] content) {
        // Read behind the writing: whatever the content speaks of was committed before it was written.
        long position = committed.getAsLong();
        List<Answered> answered = new ArrayList<>();
        synchronized (lock) {
            pages.put(name, new StatePage(name, term + "-" + ++posted, position, content));
            for (Iterator<Reader> waiting = readers.iterator(); waiting.hasNext(); ) {
                Reader reader = waiting.next();
                waiting.remove();
                answered.add(new Answered(reader, newer(reader.known())));
            }
        }
        answered.forEach(Answered::give);
    }

    /** All pages, as they are now. */
    public List<StatePage> all() {
        synchronized (lock) {
            return List.copyOf(pages.values());
        }
    }

    /**
     * Answers once, at once or later, with the pages of which the reader has another version or none; without any if none
     * came in time.
     *
     * @param known version by name
     */
    void read(Map<String, String> known, Duration wait, Consumer<Body> answer) {
        List<StatePage> news;
        synchronized (lock) {
            news = newer(known);
            if (news.isEmpty() && !closed && !wait.isZero() && readers.size() < MAX_READERS) {
                readers.add(new Reader(Map.copyOf(known), clock.nanos() + wait.toNanos(), answer));
                deadlinesChanged.run();
                return;
            }
        }
        answer.accept(StatePages.encode(news));
    }

    private List<StatePage> newer(Map<String, String> known) {
        // Small ones first: topics must not wait behind the offsets of many groups.
        return pages.values().stream()
                .filter(page -> !page.version().equals(known.get(page.name())))
                .sorted(Comparator.comparingInt(page -> page.content().length))
                .toList();
    }

    /** Answers those who waited long enough. @return nanoseconds until the next one has */
    public long expire() {
        long now = clock.nanos();
        long next = Agent.UNTIL_SIGNAL;
        List<Reader> expired = new ArrayList<>();
        synchronized (lock) {
            for (Iterator<Reader> waiting = readers.iterator(); waiting.hasNext(); ) {
                Reader reader = waiting.next();
                long left = reader.deadlineNanos() - now;
                if (left <= 0) {
                    waiting.remove();
                    expired.add(reader);
                } else {
                    next = Math.min(next, left);
                }
            }
        }
        expired.forEach(reader -> reader.answer().accept(StatePages.encode(List.of())));
        return next;
    }

    boolean isClosed() {
        return closed;
    }

    /** Answers all who wait; nobody is kept waiting for a master that is none any more. */
    public void close() {
        List<Reader> left;
        synchronized (lock) {
            closed = true;
            left = List.copyOf(readers);
            readers.clear();
        }
        left.forEach(reader -> reader.answer().accept(StatePages.encode(List.of())));
    }
}
