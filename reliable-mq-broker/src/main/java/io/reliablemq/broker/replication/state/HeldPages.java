package io.reliablemq.broker.replication.state;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Files of a master's state that wait for the log: each is put to use once the log here has come as far as the master's had
 * when it wrote the file. A newer version takes the place of one that waits.
 *
 * <p>Owned by one thread; {@link #awaited} may be asked by any.
 */
final class HeldPages {

    private final Map<String, StatePage> held = new TreeMap<>();

    /** The lowest position that something waits for. */
    private volatile long awaited = Long.MAX_VALUE;

    /** Puts a file to use. */
    @FunctionalInterface
    interface Use {
        void of(StatePage page) throws IOException;
    }

    void hold(StatePage page) {
        held.put(page.name(), page);
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
            for (StatePage page : List.copyOf(held.values())) {
                if (page.position() <= committed) {
                    use.of(page);
                    held.remove(page.name());
                }
            }
        } finally {
            note();
        }
    }

    private void note() {
        awaited = held.values().stream().mapToLong(StatePage::position).min().orElse(Long.MAX_VALUE);
    }
}
