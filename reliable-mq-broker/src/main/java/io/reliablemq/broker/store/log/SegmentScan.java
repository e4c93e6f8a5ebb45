package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Reads a segment from its start and verifies every record. A record that the disk cannot read is a bad one. Used by one thread,
 * while nothing writes.
 */
final class SegmentScan {

    private static final int WINDOW_BYTES = 1 << 20;

    /** What a disk reads, or fails to read, in one piece. */
    private static final int BLOCK_BYTES = 4 << 10;

    private final long base;
    private final long fileEnd;
    private final StoreFile file;
    private ByteBuffer window = ByteBuffer.allocate(WINDOW_BYTES).limit(0);
    private long windowStart;

    private long end;
    private long records;
    private long flushedClaim;
    private long next = -1;
    private @Nullable Tail tail;

    /** Where blocks start that the disk did not read; asked for once, since a failing disk takes its time. */
    private final TreeSet<Long> unreadable = new TreeSet<>();

    SegmentScan(long base, StoreFile file) throws IOException {
        this.base = base;
        this.fileEnd = base + file.size();
        this.file = file;
        this.windowStart = base;
        this.end = base;
    }

    /** Reads whole records until the segment's end record, or until there is no whole record. */
    SegmentScan run(RecordVisitor visitor) throws IOException {
        read(visitor, Long.MAX_VALUE);
        return this;
    }

    /** Verifies some more bytes; false once the segment's end record, or no whole record, was met. */
    boolean step(int bytes) throws IOException {
        return read((position, origin, payload) -> {}, end + bytes);
    }

    private boolean read(RecordVisitor visitor, long limit) throws IOException {
        while (next < 0 && end < limit) {
            if (!isWhole(end)) {
                return false;
            }
            int at = Math.toIntExact(end - windowStart);
            int length = window.getInt(at + RecordLayout.LENGTH_AT);
            flushedClaim = Math.max(flushedClaim, window.getLong(at + RecordLayout.FLUSHED_AT));
            long payload = end + RecordLayout.ENVELOPE_BYTES;
            byte type = window.get(at + RecordLayout.TYPE_AT);
            if (type == RecordLayout.END) {
                next = payload + length;
                end = payload;
            } else if (type == RecordLayout.DAMAGED) {
                end = payload + length;
            } else {
                long origin = window.getLong(at + RecordLayout.ORIGIN_AT);
                visitor.record(payload, origin, window.slice(at + RecordLayout.ENVELOPE_BYTES, length));
                records++;
                end = payload + length;
            }
        }
        return next < 0;
    }

    /** What stands behind the last whole record; read from the file once. */
    Tail readTail() throws IOException {
        Tail known = tail;
        if (known == null) {
            known = lookBehind();
            tail = known;
        }
        return known;
    }

    private Tail lookBehind() throws IOException {
        long garbageEnd = lastNonZero(end);
        int whole = 0;
        long firstWhole = -1;
        long claim = -1;
        long at = end + 1;
        while (at < garbageEnd) {
            if (isWhole(at)) {
                int index = Math.toIntExact(at - windowStart);
                claim = Math.max(claim, window.getLong(index + RecordLayout.FLUSHED_AT));
                firstWhole = whole == 0 ? at : firstWhole;
                at += RecordLayout.ENVELOPE_BYTES + RecordLayout.storedLength(window, index);
                whole++;
            } else {
                at++;
            }
        }
        return new Tail(garbageEnd, whole, firstWhole, claim);
    }

    /**
     * @param garbageEnd behind the last byte that is not zero; {@link #end()} if there is none
     * @param wholeRecords how many whole records stand behind a bad one
     * @param firstWhole where the first of them starts; -1 without any
     * @param flushedClaim how far the log was flushed according to these; -1 without any
     */
    record Tail(long garbageEnd, int wholeRecords, long firstWhole, long flushedClaim) {}

    /** Behind the last whole record. */
    long end() {
        return end;
    }

    /** Where the next segment starts; -1 if this one was not ended. */
    long next() {
        return next;
    }

    long records() {
        return records;
    }

    /** How far the log was flushed according to the records that were read. */
    long flushedClaim() {
        return flushedClaim;
    }

    long fileEnd() {
        return fileEnd;
    }

    /** Whether a whole record stands there; if so, it is in the window. */
    private boolean isWhole(long position) throws IOException {
        if (!fill(position, RecordLayout.ENVELOPE_BYTES)) {
            return false;
        }
        long behind = fileEnd - position - RecordLayout.ENVELOPE_BYTES;
        if (!RecordLayout.isPlausible(window, Math.toIntExact(position - windowStart), position, behind)) {
            return false;
        }
        int length = RecordLayout.storedLength(window, Math.toIntExact(position - windowStart));
        if (!fill(position, RecordLayout.ENVELOPE_BYTES + length)) {
            return false;
        }
        int at = Math.toIntExact(position - windowStart);
        ByteBuffer payload = window.slice(at + RecordLayout.ENVELOPE_BYTES, length);
        return window.getInt(at + RecordLayout.CHECKSUM_AT) == RecordLayout.checksum(position, window, at, payload);
    }

    /** Where the blocks start that could not be read. */
    List<Long> unreadable() {
        return List.copyOf(unreadable);
    }

    /** Whether the disk could not read something behind the last whole record. */
    boolean hasUnreadableTail() throws IOException {
        readTail();
        return unreadable.higher(end - BLOCK_BYTES) != null;
    }

    int bytesOfBlock(long block) {
        return (int) Math.min(BLOCK_BYTES, fileEnd - block);
    }

    /** Moves the window so that it holds these bytes; false if the file ends before, or the disk cannot read them. */
    private boolean fill(long position, int bytes) throws IOException {
        if (position + bytes > fileEnd) {
            return false;
        }
        if (position >= windowStart && position + bytes <= windowStart + window.limit()) {
            return true;
        }
        if (window.capacity() < bytes) {
            window = ByteBuffer.allocate(bytes + WINDOW_BYTES).limit(0);
        }
        while (true) {
            Long bad = unreadable.higher(position - BLOCK_BYTES);
            long readable = bad == null ? fileEnd : Math.min(bad, fileEnd);
            if (readable < position + bytes) {
                return false;
            }
            window.clear().limit((int) Math.min(window.capacity(), readable - position));
            windowStart = position;
            try {
                file.read(window, position - base);
                window.flip();
                return window.limit() >= bytes;
            } catch (ClosedChannelException | NoHandleLeftException e) {
                // That says nothing of what the file holds.
                throw e;
            } catch (IOException e) {
                noteUnreadable(position, position + window.limit(), e);
                window.limit(0);
            }
        }
    }

    /** Finds the first block in a range that the disk cannot read. */
    private void noteUnreadable(long from, long to, IOException failure) throws IOException {
        long block = from - (from - base) % BLOCK_BYTES;
        for (; block < to; block += BLOCK_BYTES) {
            try {
                file.read(ByteBuffer.allocate(bytesOfBlock(block)), block - base);
            } catch (ClosedChannelException | NoHandleLeftException e) {
                throw e;
            } catch (IOException e) {
                unreadable.add(block);
                return;
            }
        }
        // Each of them can be read: that was something else.
        throw failure;
    }

    private long lastNonZero(long from) throws IOException {
        long last = from;
        for (long at = from; at < fileEnd; ) {
            if (!fill(at, 1)) {
                long block = at - (at - base) % BLOCK_BYTES;
                last = block + bytesOfBlock(block);
                at = last;
                continue;
            }
            int i = Math.toIntExact(at - windowStart);
            while (i < window.limit()) {
                // Space that was reserved may be a whole segment of zeros.
                if (i + Long.BYTES <= window.limit() && window.getLong(i) == 0) {
                    i += Long.BYTES;
                } else {
                    last = window.get(i) == 0 ? last : windowStart + i + 1;
                    i++;
                }
            }
            at = windowStart + window.limit();
        }
        return last;
    }
}
