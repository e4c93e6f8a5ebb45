package io.reliablemq.broker.store;

import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.index.EntryVisitor;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.log.ReadWindows;
import io.reliablemq.broker.store.log.RecordReader;
import io.reliablemq.broker.store.log.Segments;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Finds and reads committed messages. Any thread may use it. */
final class StoreReader {

    /** So that a filter which lets nothing through does not walk a whole queue in one call. */
    static final int MAX_EXAMINED = 16_384;

    /** So many messages at least, and no more than so many times their bytes around them, are worth reading in one go. */
    private static final int MIN_NEAR = 4;

    private static final int MAX_AROUND = 10;

    private final QueueIndex index;
    private final Segments segments;
    private final CommitPoint commitPoint;
    private final RecordReader records;
    private final ReadWindows windows;

    StoreReader(QueueIndex index, Segments segments, RecordReader records, CommitPoint commitPoint) {
        this.index = index;
        this.segments = segments;
        this.commitPoint = commitPoint;
        this.records = records;
        this.windows = new ReadWindows(segments);
    }

    long minOffset(QueueKey queue) {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        return entries == null ? 0 : entries.min();
    }

    long maxOffset(QueueKey queue) {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        return entries == null ? 0 : entries.max();
    }

    boolean isInMemory(QueueKey queue, long offset) {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        return entries == null || entries.isInMemory(offset);
    }

    Selection select(QueueKey queue, long offset, int maxMessages, int maxBytes, IntPredicate tagFilter) {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        if (entries == null) {
            return new Selection(List.of(), 0, 0);
        }
        long from = Math.max(entries.min(), Math.min(offset, entries.max()));
        Selecting selecting = new Selecting(from, maxMessages, maxBytes, tagFilter);
        long end = entries.max();
        try {
            entries.visit(from, selecting::examine);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (selecting.examined == 0 && selecting.found.isEmpty()) {
            // What stood here was deleted, with all that followed.
            selecting.next = Math.max(selecting.next, end);
        }
        return new Selection(List.copyOf(selecting.found), selecting.next, selecting.bytes);
    }

    /** One search under way. */
    private static final class Selecting {

        private int examined;
        private final int maxMessages;
        private final int maxBytes;
        private final IntPredicate tagFilter;
        private final List<Entry> found = new ArrayList<>();
        private long next;
        private int bytes;

        Selecting(long start, int maxMessages, int maxBytes, IntPredicate tagFilter) {
            this.next = start;
            this.maxMessages = maxMessages;
            this.maxBytes = maxBytes;
            this.tagFilter = tagFilter;
        }

        boolean examine(long offset, long position, int size, int tagHash) {
            if (size != EntryVisitor.LOST_SIZE && tagFilter.test(tagHash)) {
                if (found.size() >= maxMessages || !found.isEmpty() && (long) bytes + size > maxBytes) {
                    return false;
                }
                found.add(new Entry(position, size));
                bytes += size;
            }
            next = offset + 1;
            return ++examined < MAX_EXAMINED;
        }
    }

    void read(Selection selection, ByteBuffer target) throws IOException {
        boolean inOneGo = areNear(selection);
        if (inOneGo) {
            windows.announce(selection.totalBytes());
        }
        for (Entry entry : selection.entries()) {
            int start = target.position();
            ByteBuffer message = target.slice(start, entry.size());
            read(entry, message, inOneGo);
            target.position(start + entry.size());
        }
    }

    private void read(Entry entry, ByteBuffer message, boolean inOneGo) throws IOException {
        boolean isRead;
        try {
            isRead = inOneGo
                    ? windows.read(entry.position(), message.duplicate())
                    : segments.read(entry.position(), message.duplicate());
        } catch (ClosedChannelException | NoHandleLeftException e) {
            // The file is closed, which says nothing of what it holds.
            throw e;
        } catch (IOException e) {
            throw unreadable(entry.position(), "cannot be read: " + e.getMessage(), e);
        }
        if (!isRead || !isPromised(message, entry)) {
            throw unreadable(
                    entry.position(),
                    "is not the message of " + entry.size() + " bytes that the index promises there",
                    null);
        }
        if (!MessageLayout.isBodyIntact(message)) {
            throw unreadable(entry.position(), "was damaged on the disk: its body does not match its checksum", null);
        }
    }

    private UnreadableMessageException unreadable(long position, String what, @Nullable Throwable cause) {
        return new UnreadableMessageException(
                position,
                "The message at position " + position + " (" + segments.placeOf(position) + ") " + what,
                cause);
    }

    /** Whether the messages stand near each other, and far enough from where the log grows. */
    private boolean areNear(Selection selection) {
        List<Entry> entries = selection.entries();
        if (entries.size() < MIN_NEAR) {
            return false;
        }
        Entry last = entries.get(entries.size() - 1);
        long end = last.position() + last.size();
        long stretch = end - entries.get(0).position();
        return stretch <= (long) MAX_AROUND * selection.totalBytes()
                && end + ReadWindows.DISTANCE <= commitPoint.committed();
    }

    private static boolean isPromised(ByteBuffer message, Entry entry) {
        int magic = message.getInt(MessageLayout.MAGIC_AT);
        return message.getInt(MessageLayout.TOTAL_SIZE_AT) == entry.size()
                && (magic == MessageLayout.MAGIC_V1 || magic == MessageLayout.MAGIC_V2)
                && message.getLong(MessageLayout.POSITION_AT) == entry.position();
    }

    @Nullable
    StoredMessage readAt(long position) throws IOException {
        ByteBuffer payload = record(position);
        if (payload == null) {
            return null;
        }
        StoredMessage message = decode(payload, position);
        QueueEntries entries = index.find(message.topic(), message.queueId());
        Entry indexed = entries == null ? null : entry(entries, message.queueOffset());
        // Bytes of a message's body may look like a record; only what the index knows is one.
        return indexed != null && indexed.position() == position ? message : null;
    }

    private @Nullable ByteBuffer record(long position) throws IOException {
        try {
            return records.read(position, commitPoint.readable());
        } catch (ClosedChannelException | NoHandleLeftException e) {
            throw e;
        } catch (IOException e) {
            throw unreadable(position, "cannot be read: " + e.getMessage(), e);
        }
    }

    long countGaps(QueueKey queue, long from, long to) {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        return to <= from ? 0 : to - from - (entries == null ? 0 : entries.count(from, to));
    }

    long earliestTimestamp() throws IOException {
        StoredMessage first = readAt(records.first());
        return first == null ? -1 : first.storeTimestamp();
    }

    long originAt(long position) throws IOException {
        return records.origin(position, commitPoint.readable());
    }

    @Nullable
    StoredMessage readAt(QueueKey queue, long offset) throws IOException {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        Entry entry = entries == null ? null : entry(entries, offset);
        if (entry == null) {
            return null;
        }
        // Not only the body must be sound: whoever reads a single message goes by its properties.
        ByteBuffer message = record(entry.position());
        if (message == null || message.remaining() != entry.size() || !isPromised(message, entry)) {
            throw unreadable(entry.position(), "was damaged on the disk: its record does not match its checksum", null);
        }
        return decode(message, entry.position());
    }

    long offsetByTime(QueueKey queue, long timestampMs) throws IOException {
        QueueEntries entries = index.find(queue.topic(), queue.queueId());
        if (entries == null) {
            return 0;
        }
        // What is older is known by segment, without reading.
        long low = entries.firstBehind(index.lastSegmentBefore(timestampMs));
        long high = entries.max();
        long segmentEnd = entries.endOfSegment(low);
        if (segmentEnd < high && segmentEnd > low && firstReadable(entries, segmentEnd - 1) == segmentEnd - 1) {
            high = storeTimestamp(entries, segmentEnd - 1) >= timestampMs ? segmentEnd - 1 : high;
        }
        while (low < high) {
            long middle = (low + high) >>> 1;
            long readable = firstReadable(entries, middle);
            if (readable >= high) {
                high = middle;
            } else if (storeTimestamp(entries, readable) < timestampMs) {
                low = readable + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** The first offset from this one on whose message was neither deleted nor lost. */
    private static long firstReadable(QueueEntries entries, long offset) throws IOException {
        long[] found = {Long.MAX_VALUE};
        entries.visit(offset, (at, position, size, tagHash) -> {
            found[0] = size == EntryVisitor.LOST_SIZE ? Long.MAX_VALUE : at;
            return size == EntryVisitor.LOST_SIZE;
        });
        return found[0];
    }

    private long storeTimestamp(QueueEntries entries, long offset) throws IOException {
        Entry entry = entry(entries, offset);
        ByteBuffer head = ByteBuffer.allocate(MessageLayout.MIN_SIZE);
        if (entry == null || !segments.read(entry.position(), head) || !isPromised(head, entry)) {
            throw new IOException("The message with offset " + offset + " of queue " + entries.queueId() + " of topic "
                    + entries.topic() + " cannot be read");
        }
        return head.getLong(MessageLayout.storeTimestampAt(head.getInt(MessageLayout.SYSTEM_FLAG_AT)));
    }

    private static @Nullable Entry entry(QueueEntries entries, long offset) throws IOException {
        Entry[] found = new Entry[1];
        entries.visit(offset, (at, position, size, tagHash) -> {
            found[0] = at == offset && size != EntryVisitor.LOST_SIZE ? new Entry(position, size) : null;
            return false;
        });
        return found[0];
    }

    private StoredMessage decode(ByteBuffer message, long position) throws IOException {
        try {
            return MessageLayout.decode(message);
        } catch (MessageFormatException e) {
            throw unreadable(position, "is no message", e);
        }
    }
}
