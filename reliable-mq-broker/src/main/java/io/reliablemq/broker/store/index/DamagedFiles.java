package io.reliablemq.broker.store.index;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Index files that were found damaged or missing while the store is open, on their way to be made again. Each is reported
 * once. One that could not be made again is not tried again before the next start.
 *
 * <p>Any thread reports; the segment keeper takes and ends repairs. State is guarded by this object's monitor.
 */
public final class DamagedFiles {

    private static final Logger LOG = LoggerFactory.getLogger(DamagedFiles.class);

    /** One file to be made again. */
    public record Repair(SegmentIndex index, long segmentBase, CompletableFuture<Void> repaired) {}

    private record Key(SegmentIndex index, long segmentBase) {}

    private final Map<Key, Repair> known = new LinkedHashMap<>();
    private final AtomicLong found = new AtomicLong();
    private volatile Runnable keeper = () -> {};

    /** @param signal wakes the thread that takes repairs */
    public void onDamage(Runnable signal) {
        keeper = signal;
    }

    /** How many files were found damaged or missing so far. */
    public long found() {
        return found.get();
    }

    /** Takes note of a damaged file; the exception tells a reader about it. */
    public IndexDamagedException report(SegmentIndex index, long segmentBase, Path file, String what) {
        Repair repair = note(index, segmentBase, file, what);
        keeper.run();
        String advice = repair.repaired().isCompletedExceptionally()
                ? " and could not be made again. Stop the broker, delete this file and start again"
                : ". It is being made again from its segment: repeat the request in a moment";
        return new IndexDamagedException("The index file " + file + " is " + what + advice, repair.repaired());
    }

    private synchronized Repair note(SegmentIndex index, long segmentBase, Path file, String what) {
        return known.computeIfAbsent(new Key(index, segmentBase), key -> {
            found.incrementAndGet();
            LOG.warn("The index file {} is {}; it is being made again from its segment", file, what);
            return new Repair(index, segmentBase, new CompletableFuture<>());
        });
    }

    /** A file that is to be made again; null if there is none. */
    public synchronized @Nullable Repair next() {
        for (Repair repair : known.values()) {
            if (!repair.repaired().isDone()) {
                return repair;
            }
        }
        return null;
    }

    /** The file was made again, or its segment is no longer kept. */
    public void done(Repair repair) {
        synchronized (this) {
            known.remove(new Key(repair.index(), repair.segmentBase()));
        }
        repair.repaired().complete(null);
    }

    /** The file cannot be made again. */
    public void failed(Repair repair, Throwable cause) {
        repair.repaired().completeExceptionally(cause);
    }
}
