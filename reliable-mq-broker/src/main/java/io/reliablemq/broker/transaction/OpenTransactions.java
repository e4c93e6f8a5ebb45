package io.reliablemq.broker.transaction;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.index.PatientRead;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The half messages whose transactions have not ended.
 *
 * <p>A transaction ends with a message in the log that names its half message as its origin: the committed message, the note of
 * a rollback, or the copy for an operator. So the log tells what is open; the file keeps a start from reading all of it. A
 * transaction that is being ended is claimed, so that it ends once.
 *
 * <p>Thread-safe: all is guarded by {@code lock}, under which half messages are read.
 */
public final class OpenTransactions {

    private static final Logger LOG = LoggerFactory.getLogger(OpenTransactions.class);

    /** Where half messages wait. */
    public static final QueueKey HALVES = new QueueKey(Names.HALF_TOPIC, 0);

    /** How many ended transactions are remembered, for producers that say it again. */
    private static final int MAX_REMEMBERED = 10_000;

    private final AtomicFile file;
    private final MessageStore store;
    private final Object lock = new Object();
    private final Map<Long, Open> open = new TreeMap<>();
    /** Those whose end is in the log, but not yet as safe as it should be: if that is lost, they are open again. */
    private final Map<Long, Open> ending = new TreeMap<>();

    /** What {@link #follow} has not returned yet. */
    private final List<Open> unseen = new ArrayList<>();

    private final Map<Long, Ended> ended = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Ended> eldest) {
            return size() > MAX_REMEMBERED;
        }
    };

    /** Half messages before this queue offset have been looked at. */
    private long next;

    /** Position of the log behind which there may be ends that the file does not tell. */
    private long endedFrom;

    private boolean changed;

    /** How a transaction ended. */
    public enum End {
        COMMITTED,
        ROLLED_BACK,
        UNDECIDED
    }

    /** @param position of the message that ended it */
    private record Ended(End how, long position) {}

    /** One open transaction. Its changing parts are guarded by the lock of {@link OpenTransactions}. */
    public static final class Open {
        private final long offset;
        private final long position;
        private final long storedAtMs;
        private int checks;

        /** Where the log ended when somebody claimed it; -1 as long as nobody has. */
        private long claimedAt = -1;

        /** Once the log is committed beyond this position, its end is. */
        private long endsAt;

        private Open(long offset, long position, long storedAtMs, int checks) {
            this.offset = offset;
            this.position = position;
            this.storedAtMs = storedAtMs;
            this.checks = checks;
        }

        /** Queue offset of the half message. */
        public long offset() {
            return offset;
        }

        long storedAtMs() {
            return storedAtMs;
        }
    }

    /**
     * @param endedFrom position of the log behind which there may be ends that {@code open} does not know of
     * @param next half messages from this queue offset on have not been looked at
     */
    private record Content(
            @JsonProperty("endedFrom") long endedFrom,
            @JsonProperty("next") long next,
            @JsonProperty("open") List<Entry> open) {}

    /** @param position of the half message; null in a file of an older version */
    private record Entry(
            @JsonProperty("offset") long offset,
            @JsonProperty("checks") int checks,
            @JsonProperty("position") @Nullable Long position,
            @JsonProperty("storedAt") long storedAtMs) {

        static Entry of(Open open) {
            return new Entry(open.offset, open.checks, open.position, open.storedAtMs);
        }
    }

    /** Goes through the origins of messages in the log. */
    @FunctionalInterface
    public interface Origins {

        /** Calls the visitor with the origin of every message that stands at or behind the position. */
        void forEach(long from, LongConsumer visitor) throws IOException;
    }

    private OpenTransactions(AtomicFile file, MessageStore store) {
        this.file = file;
        this.store = store;
    }

    /**
     * What is open as far as the file tells; the log may know better, see {@link #findEnds}.
     *
     * @throws IOException if the file or the log cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if the file is damaged
     */
    public static OpenTransactions load(AtomicFile file, MessageStore store) throws IOException {
        OpenTransactions transactions = new OpenTransactions(file, store);
        byte[] stored = file.read();
        Content content =
                stored == null ? new Content(0, 0, List.of()) : JsonBodies.read(Body.of(stored), Content.class);
        synchronized (transactions.lock) {
            PatientRead.run(() -> transactions.take(content));
        }
        return transactions;
    }

    private void take(Content content) throws IOException {
        open.clear();
        ending.clear();
        unseen.clear();
        long max = store.maxOffset(HALVES);
        for (Entry entry : content.open()) {
            Long position = entry.position();
            if (position != null && entry.offset() >= max) {
                // In the log, and not shown before replicas have confirmed it once more.
                add(new Open(entry.offset(), position, entry.storedAtMs(), entry.checks()));
            } else {
                add(entry.offset(), entry.checks());
            }
        }
        next = content.next();
        endedFrom = content.endedFrom();
    }

    /** Looks at what the log holds beyond the file: half messages, and the ends of those that are open. Before anything is ended. */
    public void findEnds(Origins origins) throws IOException {
        synchronized (lock) {
            PatientRead.run(this::lookAtArrivals);
            if (!open.isEmpty()) {
                long committed = store.positions().committed();
                Set<Long> found = new HashSet<>();
                origins.forEach(endedFrom, found::add);
                Set<Long> unsafe = new HashSet<>();
                origins.forEach(committed, unsafe::add);
                open.values().stream()
                        .filter(each -> unsafe.contains(each.position))
                        .forEach(each -> {
                            each.claimedAt = committed;
                            each.endsAt = store.positions().written() - 1;
                            ending.put(each.offset, each);
                        });
                changed |= open.values().removeIf(each -> found.contains(each.position) || isEnding(each));
            }
        }
    }

    /**
     * Takes over the content of the master's file, once the log here holds the messages that it speaks of. Not where transactions
     * are ended.
     *
     * @throws IOException if it cannot be stored, or the log cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public void follow(byte[] masters) throws IOException {
        Content content = JsonBodies.read(Body.of(masters), Content.class);
        synchronized (lock) {
            take(content);
        }
        file.write(masters);
    }

    /** Looks at half messages that are new. @return what is open and was not returned before, whoever has seen it first */
    List<Open> follow() throws IOException {
        synchronized (lock) {
            lookAtArrivals();
            List<Open> arrived = unseen.stream()
                    .filter(each -> open.get(each.offset) == each)
                    .toList();
            unseen.clear();
            return arrived;
        }
    }

    private void lookAtArrivals() throws IOException {
        long max = store.maxOffset(HALVES);
        for (next = store.nextKept(HALVES, Math.max(next, store.minOffset(HALVES)));
                next < max;
                next = store.nextKept(HALVES, next + 1)) {
            add(next, 0);
            changed = true;
        }
    }

    private void add(long offset, int checks) throws IOException {
        StoredMessage half = store.readAt(HALVES, offset);
        if (half == null) {
            LOG.error(
                    "The half message {} is no longer in the log; its transaction can neither end nor be asked for",
                    offset);
            return;
        }
        add(new Open(offset, half.position(), half.storeTimestamp(), checks));
    }

    private void add(Open added) {
        open.put(added.offset, added);
        unseen.add(added);
    }

    /** Whether the log does not show the half message yet. */
    boolean isHidden(Open transaction) {
        return transaction.offset >= store.maxOffset(HALVES);
    }

    /**
     * Begins to end a transaction. Whoever claims it says how that went, with {@link #ended} or {@link #release}.
     *
     * @param offset of a half message in the log
     * @return null if it is not open, or somebody else is about to end it
     */
    public @Nullable Open claim(long offset) throws IOException {
        synchronized (lock) {
            if (offset >= next) {
                lookAtArrivals();
            }
            Open wanted = open.get(offset);
            if (wanted == null || wanted.claimedAt >= 0) {
                return null;
            }
            wanted.claimedAt = store.positions().written();
            return wanted;
        }
    }

    /** It did not end: the store refused the message. */
    public void release(Open claimed) {
        synchronized (lock) {
            claimed.claimedAt = -1;
        }
    }

    private boolean isEnding(Open transaction) {
        return ending.get(transaction.offset) == transaction;
    }

    /** The message that ends it is in the log, be it that it is not safe yet. @param position where it stands */
    public void ended(Open claimed, End how, long position) {
        synchronized (lock) {
            open.remove(claimed.offset);
            if (store.positions().committed() <= position) {
                claimed.endsAt = position;
                ending.put(claimed.offset, claimed);
            }
            ended.put(claimed.offset, new Ended(how, position));
            changed = true;
        }
    }

    /** How it ended a while ago; null if it has not, or if that is no longer known. */
    public @Nullable End endOf(long offset) {
        synchronized (lock) {
            Ended end = ended.get(offset);
            return end == null ? null : end.how();
        }
    }

    /** Whether the message that ended it is as safe as it should be. */
    public boolean isEndSafe(long offset) {
        synchronized (lock) {
            Ended end = ended.get(offset);
            return end != null && store.positions().committed() > end.position();
        }
    }

    boolean isOpen(Open transaction) {
        synchronized (lock) {
            return open.get(transaction.offset) == transaction;
        }
    }

    int checks(Open transaction) {
        synchronized (lock) {
            return transaction.checks;
        }
    }

    void checked(Open transaction) {
        synchronized (lock) {
            transaction.checks++;
            changed = true;
        }
    }

    public int size() {
        synchronized (lock) {
            return open.size();
        }
    }

    /** Whether the segment holds a half message whose transaction has not ended. */
    public boolean waitsIn(SegmentContent segment) {
        synchronized (lock) {
            return Stream.concat(open.values().stream(), ending.values().stream())
                            .anyMatch(each -> each.position >= segment.base() && each.position < segment.next())
                    || segment.parts().stream()
                            .anyMatch(part -> part.topic().equals(Names.HALF_TOPIC) && part.endOffset() > next);
        }
    }

    /** Stores what is open, if that changed, after a flush of the log. */
    public void persist() throws IOException {
        if (store.failure() != null) {
            // Reported when it happened; the log cannot be flushed any more, so nothing may be promised by a file.
            return;
        }
        // Taken first: an end that is committed later stands behind it, or its transaction is still claimed below.
        long committed = store.positions().committed();
        byte[] content;
        synchronized (lock) {
            changed |= ending.values().removeIf(each -> committed > each.endsAt);
            if (!changed) {
                return;
            }
            changed = false;
            content = JsonBodies.write(content(committed)).toByteArray();
        }
        try {
            store.flush();
            file.write(content);
        } catch (IOException e) {
            synchronized (lock) {
                changed = true;
            }
            throw e;
        }
    }

    private Content content(long committed) {
        List<Entry> entries = new ArrayList<>();
        long covered = committed;
        for (Map<Long, Open> each : List.of(open, ending)) {
            for (Open listed : each.values()) {
                entries.add(Entry.of(listed));
                covered = listed.claimedAt < 0 ? covered : Math.min(covered, listed.claimedAt);
            }
        }
        return new Content(covered, next, entries);
    }
}
