package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many files are open for reading, however many a log has: one more closes one that was not read for a while, which
 * opens again when it is. Thread-safe.
 */
final class ReadHandles {

    private final int most;
    private final Deque<DiskFile> open = new ArrayDeque<>();

    /** @param most at least one */
    ReadHandles(int most) {
        if (most < 1) {
            throw new IllegalArgumentException("No file can be read with " + most + " handles");
        }
        this.most = most;
    }

    /** To be called without the file's monitor: another file may be closed, whose thread may be here for this one. */
    void opened(DiskFile file) throws IOException {
        DiskFile rested = add(file);
        if (rested != null) {
            rested.rest();
        }
    }

    private synchronized @Nullable DiskFile add(DiskFile file) {
        open.remove(file);
        open.addLast(file);
        // The read that opens it does not count: what is read once must not push out what is read all the time.
        file.wasRead();
        if (open.size() <= most) {
            return null;
        }
        // Each is spared once, so the second pass finds one at the latest; readers must not keep it going beyond that.
        int spared = 2 * open.size();
        DiskFile candidate = open.removeFirst();
        while (candidate == file || candidate.wasRead() && spared-- > 0) {
            open.addLast(candidate);
            candidate = open.removeFirst();
        }
        return candidate;
    }

    synchronized void closed(DiskFile file) {
        open.remove(file);
    }

    synchronized int count() {
        return open.size();
    }
}
