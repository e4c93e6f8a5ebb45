package io.reliablemq.client.journal;

import io.reliablemq.protocol.message.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Messages on the disk that wait to be sent: files of records, written at the end of the last one. A file goes when all that it
 * and those before it hold is done.
 *
 * <p>A message is flushed before {@link #accept} returns; callers that come together share a flush. That a message is done is not
 * flushed: after a crash it may be sent again. A failed write or flush is not repeated: the journal takes no more messages then,
 * and what it holds goes on being sent.
 *
 * <p>Thread-safe: state and writes are guarded by {@code lock}, flushes by {@code flushing}, which is taken first.
 */
final class Journal implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(Journal.class);

    private final JournalLog log;
    private final long maxBytes;
    private final Object flushing = new Object();
    private final Object lock = new Object();

    /** What waits, by number. */
    private final SortedMap<Long, Entry> waiting = new TreeMap<>();

    private final Map<Long, Entry> rejected = new LinkedHashMap<>();

    /** By file: the numbers of messages that keep it. */
    private final SortedMap<Long, TreeSet<Long>> files = new TreeMap<>();

    private long nextNumber;
    private long waitingBytes;
    private long rejectedBytes;
    private String problem = "";

    /**
     * A message in the journal.
     *
     * @param bornTimestamp when it was sent first, in ms
     * @param bytes that it takes
     */
    record Entry(long number, long bornTimestamp, Message message, int bytes, long file) {}

    private Journal(JournalFolder folder, long maxBytes) {
        this.log = new JournalLog(folder, maxBytes);
        this.maxBytes = maxBytes;
    }

    /** @throws IOException if the folder cannot be used or read */
    static Journal open(Path path, long maxBytes) throws IOException {
        return open(new JournalFolder(path), maxBytes);
    }

    /** @param folder closed with the journal */
    static Journal open(JournalFolder folder, long maxBytes) throws IOException {
        Journal journal = new Journal(folder, maxBytes);
        try {
            synchronized (journal.lock) {
                for (long file : journal.log.earlierFiles()) {
                    journal.load(file);
                }
                journal.log.startFile();
                journal.deleteDoneFiles();
            }
            return journal;
        } catch (IOException | RuntimeException e) {
            journal.close();
            throw e;
        }
    }

    private void load(long file) throws IOException {
        ByteBuffer content = log.read(file);
        int before = 0;
        for (JournalRecord record = JournalRecord.decode(content);
                record != null;
                record = JournalRecord.decode(content)) {
            apply(record, file, content.position() - before);
            before = content.position();
            nextNumber = Math.max(nextNumber, record.number() + 1);
        }
        if (content.hasRemaining()) {
            int bytes = content.remaining();
            Path aside = log.folder().keepAside(file, content);
            logger.warn(
                    "The journal file {} ends in {} bytes that are no whole record: the process ended while it wrote a message that"
                            + " nobody was told to be accepted, or the disk has lost something. They are kept in {}",
                    log.folder().path(file),
                    bytes,
                    aside);
        }
    }

    private void apply(JournalRecord record, long file, int bytes) {
        Message message = record.message();
        Entry entry;
        switch (record.kind()) {
            case JournalRecord.MESSAGE -> {
                // One that was moved from a file that was to go counts where it stands last.
                forget(record.number());
                if (message != null) {
                    keep(new Entry(record.number(), record.bornTimestamp(), message, bytes, file));
                }
            }
            case JournalRecord.SENT -> forget(record.number());
            case JournalRecord.REJECTED -> {
                entry = waiting.remove(record.number());
                if (entry != null) {
                    waitingBytes -= entry.bytes();
                    rejectedBytes += entry.bytes() + JournalRecord.END_BYTES;
                    rejected.put(entry.number(), entry);
                }
            }
            default ->
                logger.warn(
                        "The journal file {} has a record of the unknown kind {}",
                        log.folder().path(file),
                        record.kind());
        }
    }

    private void keep(Entry entry) {
        waiting.put(entry.number(), entry);
        waitingBytes += entry.bytes();
        files.computeIfAbsent(entry.file(), key -> new TreeSet<>()).add(entry.number());
    }

    private void forget(long number) {
        Entry entry = waiting.remove(number);
        if (entry != null) {
            waitingBytes -= entry.bytes();
        } else {
            entry = rejected.remove(number);
            rejectedBytes -= entry == null ? 0 : entry.bytes() + JournalRecord.END_BYTES;
        }
        if (entry != null) {
            TreeSet<Long> numbers = files.get(entry.file());
            if (numbers != null) {
                numbers.remove(number);
            }
        }
    }

    /** What waits, in the order in which it was accepted. */
    List<Entry> entries() {
        synchronized (lock) {
            return List.copyOf(waiting.values());
        }
    }

    /**
     * Takes a message, and returns once it is on the disk.
     *
     * @param bornTimestamp when it was sent first, in ms
     * @return null, with {@link #problem} saying why, if it cannot
     */
    @Nullable
    Entry accept(Message message, long bornTimestamp) {
        Entry entry;
        long end;
        synchronized (lock) {
            ByteBuffer record = new JournalRecord(JournalRecord.MESSAGE, nextNumber, bornTimestamp, message).encode();
            if (!problem.isEmpty()) {
                return null;
            }
            if (waitingBytes + rejectedBytes + record.remaining() > maxBytes) {
                return null;
            }
            try {
                entry = new Entry(nextNumber, bornTimestamp, message, record.remaining(), log.write(record));
            } catch (IOException e) {
                broken("written to", e);
                return null;
            }
            nextNumber++;
            keep(entry);
            end = log.end();
        }
        if (flush(end)) {
            return entry;
        }
        synchronized (lock) {
            forget(entry.number());
        }
        return null;
    }

    private boolean flush(long end) {
        synchronized (flushing) {
            JournalLog.Unflushed unflushed;
            synchronized (lock) {
                if (!problem.isEmpty()) {
                    return false;
                }
                if (log.isOnDisk(end)) {
                    return true;
                }
                unflushed = log.unflushed();
            }
            try {
                if (unflushed.force()) {
                    synchronized (lock) {
                        log.flushed(unflushed);
                    }
                }
            } catch (IOException e) {
                synchronized (lock) {
                    broken("flushed", e);
                }
            }
            synchronized (lock) {
                // Not after a failure: what the disk has not taken then it may seem to have taken the next time.
                return problem.isEmpty() && log.isOnDisk(end);
            }
        }
    }

    private void broken(String what, IOException e) {
        if (problem.isEmpty()) {
            problem = "The journal in " + log.folder().folder() + " could not be " + what + ": " + e;
            logger.error("{}. It takes no more messages until the next start", problem, e);
        }
    }

    /** The message was sent. */
    void sent(Entry entry) {
        end(entry, JournalRecord.SENT);
    }

    /** The message was refused for what it is: it is kept, and not sent. */
    void reject(Entry entry) {
        end(entry, JournalRecord.REJECTED);
    }

    /** Lets go of a message that was set aside. @return false if it is not one of those */
    boolean discardRejected(Message message) {
        synchronized (lock) {
            for (Entry entry : rejected.values()) {
                if (entry.message().equals(message)) {
                    end(entry, JournalRecord.SENT);
                    return true;
                }
            }
            return false;
        }
    }

    private void end(Entry entry, byte kind) {
        synchronized (lock) {
            try {
                if (problem.isEmpty()) {
                    log.write(JournalRecord.end(kind, entry.number()).encode());
                }
                apply(JournalRecord.end(kind, entry.number()), entry.file(), 0);
                deleteDoneFiles();
            } catch (IOException e) {
                broken("written to", e);
            }
        }
    }

    /**
     * Only from the oldest on, because later files say of messages in older ones that they are done. At least half of all bytes
     * are done then, or the files are few, so that what is moved makes room, and not just other old files.
     */
    private void deleteDoneFiles() throws IOException {
        for (long oldest = log.oldest(); oldest >= 0; oldest = log.oldest()) {
            TreeSet<Long> numbers = files.getOrDefault(oldest, new TreeSet<>());
            // Once the journal is broken, what an old file holds has no other place.
            if (!numbers.isEmpty() && (log.bytes() <= 2 * Math.max(maxBytes, keptBytes()) || !problem.isEmpty())) {
                return;
            }
            moveToTheEnd(new ArrayList<>(numbers));
            log.delete(oldest);
            files.remove(oldest);
        }
    }

    private long keptBytes() {
        return waitingBytes + rejectedBytes;
    }

    /** Few old messages must not keep many files. */
    private void moveToTheEnd(List<Long> numbers) throws IOException {
        if (numbers.isEmpty()) {
            return;
        }
        for (long number : numbers) {
            Entry waits = waiting.get(number);
            Entry old = waits == null ? rejected.get(number) : waits;
            if (old == null) {
                continue;
            }
            long file = log.write(
                    new JournalRecord(JournalRecord.MESSAGE, number, old.bornTimestamp(), old.message()).encode());
            Entry moved = new Entry(number, old.bornTimestamp(), old.message(), old.bytes(), file);
            files.computeIfAbsent(file, key -> new TreeSet<>()).add(number);
            if (waits == null) {
                log.write(JournalRecord.end(JournalRecord.REJECTED, number).encode());
                rejected.put(number, moved);
            } else {
                waiting.put(number, moved);
            }
        }
        log.force();
    }

    int size() {
        synchronized (lock) {
            return waiting.size();
        }
    }

    long waitingBytes() {
        synchronized (lock) {
            return waitingBytes;
        }
    }

    long rejectedBytes() {
        synchronized (lock) {
            return rejectedBytes;
        }
    }

    List<Message> rejected() {
        synchronized (lock) {
            return rejected.values().stream().map(Entry::message).toList();
        }
    }

    String problem() {
        synchronized (lock) {
            return problem;
        }
    }

    @Override
    public void close() throws IOException {
        synchronized (flushing) {
            synchronized (lock) {
                if (problem.isEmpty()) {
                    problem = "The journal in " + log.folder().folder() + " is closed";
                }
                log.close();
            }
        }
    }
}
