package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.NoHandleLeftException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Stretches of the log that were read in one go, for messages that stand near each other. They are kept for a while, since
 * between the messages of one queue stand those of others, whose readers come soon. The queues of one consumer are some
 * thousand messages apart from each other; so much has to fit in here, or each of them reads the same stretches anew.
 *
 * <p>Readers that are further apart, or a reader whose neighbours nobody wants, are no reason to read the log many times over: in the
 * long run no more is fetched than {@link #FETCHED_FOR_EACH} times what was asked for. What that does not allow is read for itself.
 *
 * <p>Nothing is ever dropped from a window because it has changed: within one opening of the store no position far enough behind its end
 * is written a second time. What cuts the log does so before an opening, which has windows of its own.
 *
 * <p>Safe for use by any thread: what a window holds is guarded by its lock, which is held while it is filled.
 */
public final class ReadWindows {

    private static final int WINDOW_BYTES = 256 << 10;

    /**
     * Memory outside of the heap, which may be as large as that by default, is taken when they are first filled: at most a sixteenth of
     * it. So 32 MiB from a heap of 512 MiB on, and 4 MiB at least.
     */
    static final int WINDOWS =
            (int) Math.max(16, Math.min(128, Runtime.getRuntime().maxMemory() / 16 / WINDOW_BYTES));

    private static final int FETCHED_FOR_EACH = 2;

    /** As much as all windows together, so that readers that begin have something that the others find. */
    private static final long MAX_ALLOWANCE = (long) WINDOWS * WINDOW_BYTES;

    /** What stands so far before the end of what may be read lies in windows that will not change any more. */
    public static final long DISTANCE = 2L * WINDOW_BYTES;

    private final Segments segments;
    private final Window[] windows = Stream.generate(Window::new).limit(WINDOWS).toArray(Window[]::new);

    /** Bytes that may be fetched. Whoever fills at the same moment may overdraw it, by a window each. */
    private final AtomicLong allowance = new AtomicLong(MAX_ALLOWANCE);

    public ReadWindows(Segments segments) {
        this.segments = segments;
    }

    /** Tells of reads that are about to come, all in all of so many bytes. */
    public void announce(long bytes) {
        long had = allowance.get();
        if (had < MAX_ALLOWANCE) {
            allowance.addAndGet(Math.min(FETCHED_FOR_EACH * bytes, MAX_ALLOWANCE - had));
        }
    }

    /**
     * Reads bytes of one segment, which are at least {@link #DISTANCE} behind what may still change.
     *
     * @return false if the position is in no segment or the segment ends before the buffer is full
     */
    public boolean read(long position, ByteBuffer target) throws IOException {
        long at = position;
        while (target.hasRemaining()) {
            int copied = windows[(int) (at / WINDOW_BYTES % WINDOWS)].copy(at, target);
            if (copied == 0) {
                return false;
            }
            at += copied;
        }
        return true;
    }

    /** One stretch. */
    private final class Window {

        private final ReentrantLock filling = new ReentrantLock();
        private @Nullable ByteBuffer bytes;
        private long start;
        private long end;

        /** Copies what it has from a position on, and returns how much that was. */
        int copy(long from, ByteBuffer target) throws IOException {
            if (!filling.tryLock()) {
                // Whoever fills it may wait for the disk, and an event loop must not wait for that.
                return readThrough(from, target);
            }
            try {
                ByteBuffer filled = bytes;
                if (filled == null || from < start || from >= end) {
                    if (allowance.get() < WINDOW_BYTES) {
                        return readThrough(from, target);
                    }
                    try {
                        filled = fill(from);
                        allowance.addAndGet(start - end);
                    } catch (ClosedChannelException | NoHandleLeftException e) {
                        throw e;
                    } catch (IOException e) {
                        // A block somewhere in it cannot be read, which is perhaps none of what was asked for.
                        allowance.addAndGet(-WINDOW_BYTES);
                        return readThrough(from, target);
                    }
                }
                int length = (int) Math.min(target.remaining(), Math.max(0, end - from));
                target.put(target.position(), filled, (int) (from - start), length);
                target.position(target.position() + length);
                return length;
            } finally {
                filling.unlock();
            }
        }

        private int readThrough(long from, ByteBuffer target) throws IOException {
            Segment segment = segments.find(from);
            if (segment == null) {
                return 0;
            }
            int length = (int) Math.min(target.remaining(), segment.limit() - from);
            int read = segment.read(from, target.slice(target.position(), length));
            target.position(target.position() + read);
            return read;
        }

        private ByteBuffer fill(long position) throws IOException {
            ByteBuffer buffer = bytes == null ? ByteBuffer.allocateDirect(WINDOW_BYTES) : bytes;
            bytes = buffer;
            start = position;
            end = position;
            Segment segment = segments.find(position);
            if (segment != null) {
                long border = position - position % WINDOW_BYTES;
                long from = Math.max(segment.base(), border);
                long to = Math.min(segment.limit(), border + WINDOW_BYTES);
                int read = segment.read(from, buffer.clear().limit((int) (to - from)));
                start = from;
                end = from + read;
            }
            return buffer;
        }
    }
}
