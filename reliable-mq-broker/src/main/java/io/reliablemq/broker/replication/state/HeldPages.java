package io.reliablemq.broker.replication.state;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Files of a master's state that wait for the log: each is put to use once the log here has come as far as the master's had
 * when it wrote the file. Of each file the oldest version waits and the newest: a log that is always behind comes to the former, and
 * what stands between the two is of no use any more.
 *
 * <p>Owned by one thread; {@link #awaited} may be asked by any.
 */
final class HeldPages {

    private final Map<String, Versions> held = new TreeMap<>();

    /** The lowest position that something waits for. */
    private volatile long awaited = Long.MAX_VALUE;

    /** Versions of one file that wait. @param newest null if there is one only */
    private record Versions(StatePage oldest, @Nullable StatePage newest) {

        /** The latest of them that the log has come to; null if it has come to none. */
        @Nullable
        StatePage upTo(long committed) {
            return newest != null && newest.position() <= committed
                    ? newest
                    : oldest.position() <= committed ? oldest : null;
        }
    }

    /** Puts a file to use. */
    @FunctionalInterface
    interface Use {
        void of(StatePage page) throws IOException;
    }

    void hold(StatePage page) {
        // A master that begins anew may say something older: then nothing else counts.
        held.merge(
                page.name(),
                new Versions(page, null),
                (known, now) -> page.position() > known.oldest().position() ? new Versions(known.oldest(), page) : now);
        note();
    }

    /** How far the log must be committed for something to be put to use; {@link Long#MAX_VALUE} if nothing waits. */
    long awaited() {
        return awaited;
    }

    /** What waits is of a log that is no longer followed. */
    void clear() {
        held.clear();
        note();
    }

    boolean isEmpty() {
        return held.isEmpty();
    }

    /**
     * Puts to use what the log has come to.
     *
     * @throws IOException of the use; the file still waits then
     */
    void release(long committed, Use use) throws IOException {
        if (committed < awaited) {
            return;
        }
        try {
            for (Versions versions : List.copyOf(held.values())) {
                StatePage page = versions.upTo(committed);
                if (page != null) {
                    use.of(page);
                    letGo(versions, page);
                }
            }
        } finally {
            note();
        }
    }

    private void letGo(Versions versions, StatePage used) {
        StatePage newest = versions.newest();
        if (newest == null || newest == used) {
            held.remove(used.name());
        } else {
            held.put(used.name(), new Versions(newest, null));
        }
    }

    private void note() {
        awaited = held.values().stream()
                .mapToLong(versions -> versions.oldest().position())
                .min()
                .orElse(Long.MAX_VALUE);
    }
}
