package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The write side of the last segment.
 *
 * <p>Written by the log writer alone. Disk space is reserved ahead of the tail by writing zeros, since a file that only
 * claims its size can run out of space in the middle of a record; the segment keeper does so ahead of need, and the
 * writer itself where that was not enough. Under the lock {@code allocation} one of them writes zeros, and records are
 * written behind {@code allocated} under the same lock only, so that zeros never overwrite a record.
 *
 * <p>Forcing is done under the lock {@code forcing} and is remembered when it fails: the next attempt fails too, even
 * where the system would say that all is well.
 */
final class SegmentTail implements AutoCloseable {

    private static final int STEP_BYTES = 1 << 20;

    /** The system lets nobody else write to the file during a write: records that have their room wait for these at most. */
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(64 << 10).asReadOnlyBuffer();

    private volatile Segment segment;
    private final StoreFile file;
    /**
     * A handle of its own, as the system reports a failed write-back once to each handle: forcing the zeros must not
     * swallow the failure that the writer's force has to see.
     */
    private final StoreFile allocator;

    private final boolean preallocating;
    private final ReentrantLock allocation = new ReentrantLock();
    private final ReentrantLock forcing = new ReentrantLock();
    private volatile long allocated;
    private volatile boolean closed;
    private boolean forceFailed;

    SegmentTail(Segment segment, StoreFile file, StoreFile allocator, boolean preallocating) throws IOException {
        this.segment = segment;
        this.file = file;
        this.allocator = allocator;
        this.preallocating = preallocating;
        this.allocated = preallocating ? segment.base() + file.size() : segment.limit();
    }

    Segment segment() {
        return segment;
    }

    /** The segment ends elsewhere than where it was thought to; called by the log writer. */
    void resize(Segment resized) throws IOException {
        allocation.lock();
        try {
            segment = resized;
            if (!preallocating) {
                allocated = resized.limit();
            } else if (allocated > resized.limit()) {
                file.truncate(resized.limit() - resized.base());
                allocated = resized.limit();
            }
        } finally {
            allocation.unlock();
        }
    }

    long allocated() {
        return allocated;
    }

    boolean isFullyAllocated() {
        return allocated >= segment.limit();
    }

    /** Reserves space up to a position, at most the segment's limit, without forcing it. */
    void reserveTo(long position) throws IOException {
        while (position > allocated) {
            try {
                allocateStep();
            } catch (DiskFullException e) {
                // There may be room for what is wanted, and not for a whole step.
                if (position > allocated) {
                    throw e;
                }
            }
        }
    }

    /** Writes where space was reserved. */
    void write(ByteBuffer source, long position) throws IOException {
        if (position + source.remaining() > allocated) {
            throw new IllegalStateException(
                    "Only " + allocated + " is reserved, not " + (position + source.remaining()));
        }
        file.write(source, position - segment.base());
    }

    /**
     * Writes, also where nothing was reserved before. A full disk leaves what was reserved as it was: what stands behind
     * that means nothing until it is written again.
     */
    void extend(ByteBuffer source, long position) throws IOException {
        allocation.lock();
        try {
            long end = position + source.remaining();
            file.write(source, position - segment.base());
            allocated = Math.max(allocated, end);
        } finally {
            allocation.unlock();
        }
    }

    /** Reserves one more step of disk space. */
    private void allocateStep() throws IOException {
        allocation.lock();
        try {
            long end = Math.min(allocated + STEP_BYTES, segment.limit());
            while (allocated < end && !closed) {
                long from = allocated;
                int zeros = (int) Math.min(ZEROS.capacity(), end - from);
                allocator.write(ZEROS.duplicate().limit(zeros), from - segment.base());
                allocated = from + zeros;
            }
        } finally {
            allocation.unlock();
        }
    }

    /** Reserves space up to a position, step by step, so that the writer never waits for more than one step. */
    void allocateTo(long position) throws IOException {
        long end = Math.min(position, segment.limit());
        try {
            while (preallocating && !closed && allocated < end) {
                allocateStep();
                // Otherwise the writer's next force would have to flush the zeros.
                allocator.force();
            }
        } catch (IOException e) {
            if (!closed) {
                throw e;
            }
        }
    }

    /** Makes all that was written survive a crash; nothing is left to do for a tail that was closed after a force. */
    void force() throws IOException {
        forcing.lock();
        try {
            if (closed && !forceFailed) {
                return;
            }
            if (forceFailed) {
                throw new IOException("An earlier force of " + segment.path() + " failed");
            }
            // Stands until the force has returned well, whatever it throws.
            forceFailed = true;
            file.force();
            forceFailed = false;
        } finally {
            forcing.unlock();
        }
    }

    /** Gives back the space behind the last record. */
    void trimTo(long end) throws IOException {
        allocation.lock();
        try {
            file.truncate(end - segment.base());
        } finally {
            allocation.unlock();
        }
    }

    /** To be called after a force, or when none matters any more. The keeper and the flusher may still be about. */
    @Override
    public void close() throws IOException {
        allocation.lock();
        forcing.lock();
        try (file;
                allocator) {
            closed = true;
        } finally {
            forcing.unlock();
            allocation.unlock();
        }
    }
}
