package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.broker.store.file.FolderFlushException;
import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the segment that comes next, ahead of need where the keeper gets to it. The lock {@code making} is held while
 * files are made, so that the writer waits for the keeper instead of making the same file.
 */
final class SegmentSupply {

    private final LogFolder folder;
    private final LogSettings settings;
    private final ReentrantLock making = new ReentrantLock();
    private volatile @Nullable SegmentTail prepared;
    private long lastMade;

    /** Whoever met it: a second flush would tell nothing of what the first one was to bring to the disk. */
    private @Nullable FolderFlushException failedFlush;

    private volatile @Nullable String shortage;

    /** @param last base of the segment that is there already */
    SegmentSupply(LogFolder folder, LogSettings settings, long last) {
        this.folder = folder;
        this.settings = settings;
        this.lastMade = last;
    }

    /** Makes the segment unless that was done before, and reserves its first bytes; called by the keeper. */
    void prepare(long base, long bytes) throws IOException {
        SegmentTail next;
        making.lock();
        try {
            // The writer may have come here first.
            if (base > lastMade) {
                prepared = make(base, settings.segmentBytes());
            }
            next = prepared;
        } finally {
            making.unlock();
        }
        // The writer does not wait for all of that, and may take the segment meanwhile.
        if (next != null && next.segment().base() == base) {
            next.allocateTo(base + bytes);
        }
    }

    /**
     * Makes the segment of that size unless it is there, and reserves its first bytes; called by the log writer.
     *
     * @throws NoSegmentException if it cannot be made now, and may be later
     */
    void reserve(long base, long size, long bytes) throws IOException {
        making.lock();
        try {
            SegmentTail next = prepared;
            if (next == null) {
                next = make(base, size);
                prepared = next;
            }
            next.reserveTo(base + bytes);
        } catch (NoSegmentException e) {
            shortage = e.getMessage();
            throw e;
        } finally {
            making.unlock();
        }
    }

    /** Why the segment that is needed now cannot be made; null if it is there, or not needed yet. Any thread may ask. */
    @Nullable
    String shortage() {
        return shortage;
    }

    /** Whether fewer bytes of the segment are reserved; none are as long as it is not made. */
    boolean lacks(long bytes) {
        SegmentTail next = prepared;
        return bytes > 0 && (next == null || next.allocated() - next.segment().base() < bytes);
    }

    /** Hands over the segment that was reserved; called by the log writer. */
    SegmentTail take(long base) {
        making.lock();
        try {
            SegmentTail taken = prepared;
            if (taken == null || taken.segment().base() != base) {
                throw new IllegalStateException("Segment " + base + " was not reserved");
            }
            prepared = null;
            return taken;
        } finally {
            making.unlock();
        }
    }

    /** Deletes a segment that was made and never used. */
    void close() throws IOException {
        making.lock();
        try {
            SegmentTail unused = prepared;
            prepared = null;
            if (unused != null) {
                unused.close();
                unused.segment().reader().close();
                folder.deleteSegment(unused.segment().base());
            }
        } finally {
            making.unlock();
        }
    }

    private SegmentTail make(long base, long size) throws IOException {
        if (failedFlush != null) {
            throw failedFlush;
        }
        try {
            StoreFile file = folder.createSegment(base);
            lastMade = base;
            SegmentTail made = made(base, size, file);
            shortage = null;
            return made;
        } catch (DiskFullException e) {
            throw e;
        } catch (FolderFlushException e) {
            failedFlush = e;
            throw e;
        } catch (IOException e) {
            throw new NoSegmentException(e);
        }
    }

    private SegmentTail made(long base, long size, StoreFile file) throws IOException {
        try {
            return open(folder, settings, base, base + size, file);
        } catch (IOException | RuntimeException e) {
            // Out of file handles, for instance: the next attempt shall not find a file in its way. Its handle goes
            // first, as
            // that may be what is short.
            try {
                file.close();
                folder.withdrawSegment(base);
            } catch (IOException f) {
                f.addSuppressed(e);
                throw f;
            }
            throw e;
        }
    }

    /** The tail on a segment's file, with handles of its own to read and to allocate. */
    static SegmentTail open(LogFolder folder, LogSettings settings, long base, long limit, StoreFile file)
            throws IOException {
        StoreFile allocator = folder.files().open(folder.segment(base));
        try {
            StoreFile reader = folder.files().openToRead(folder.segment(base));
            return tail(new Segment(base, limit, folder.segment(base), reader), settings, file, allocator);
        } catch (IOException | RuntimeException e) {
            // Handles are what is short.
            allocator.close();
            throw e;
        }
    }

    private static SegmentTail tail(Segment segment, LogSettings settings, StoreFile file, StoreFile allocator)
            throws IOException {
        try {
            return new SegmentTail(segment, file, allocator, settings.preallocateBytes() > 0);
        } catch (IOException | RuntimeException e) {
            segment.reader().close();
            throw e;
        }
    }
}
