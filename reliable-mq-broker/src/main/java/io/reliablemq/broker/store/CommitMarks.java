package io.reliablemq.broker.store;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DataFolder;
import io.reliablemq.broker.store.log.LogRecovery;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.util.Properties;
import java.util.function.Supplier;

/**
 * Remembers what a log's records do not say of it: how far it was on this disk, which the last of them cannot say of themselves;
 * and where others have a say in what is committed, how far it was committed, since what stands behind is not shown after a restart
 * until it is committed then, and how far it was promised, which is never cut off.
 *
 * <p>Stored once a second while it changes, at a clean stop, and before state is stored that speaks of more; so after a crash it may
 * be less than it was, but never less than the state.
 *
 * <p>Thread-safe. Stored by {@code rmq-segment-keeper}, by whoever flushes the store, and by the thread that opens and closes it.
 */
final class CommitMarks {

    static final long UNKNOWN = -1;

    private static final long PERIOD_NANOS = 1_000_000_000L;
    private static final String SHOWN = "shown";
    private static final String PROMISED = "promised";
    private static final String COPIED = "copied";
    private static final String FLUSHED = "flushed";

    /**
     * @param shown how far the log was committed, and could be read; {@link #UNKNOWN} if its own disk alone decides that
     * @param promised how far what was acknowledged was on enough replicas
     * @param copied whether the log was a copy, whose records say how far its master had flushed
     * @param flushed how far it was flushed
     */
    record Marks(long shown, long promised, boolean copied, long flushed) {

        static final Marks NONE = new Marks(UNKNOWN, 0, false, 0);

        /** How far messages that are found in the log may be shown at once. */
        long visibleUnder(StoreSettings.Replication replication) {
            boolean all = shown == UNKNOWN || !replication.awaitsOthers() || replication.unreplicatedReads();
            return all ? Long.MAX_VALUE : shown;
        }

        /** What may be taken for flushed when the log is recovered. */
        LogRecovery.Flushed flushedByRecords() {
            return new LogRecovery.Flushed(!copied, flushed);
        }

        /** What is left of it when the log is cut. */
        Marks cutAt(long position) {
            return new Marks(
                    Math.min(shown, position), Math.min(promised, position), copied, Math.min(flushed, position));
        }
    }

    private final AtomicFile file;
    private final Supplier<Marks> now;
    private final Clock clock;
    private Marks stored;
    private long nextNanos;

    /** @param now what is to be remembered */
    CommitMarks(AtomicFile file, Marks stored, Supplier<Marks> now, Clock clock) {
        this.file = file;
        this.stored = stored;
        this.now = now;
        this.clock = clock;
        this.nextNanos = clock.nanos() + PERIOD_NANOS;
    }

    static AtomicFile file(DataFolder data) {
        return data.file("committed");
    }

    /** @throws IOException if the file cannot be read, or holds something else */
    static Marks read(AtomicFile file) throws IOException {
        byte[] content = file.read();
        if (content == null) {
            return Marks.NONE;
        }
        Properties found = new Properties();
        found.load(new StringReader(new String(content, StandardCharsets.UTF_8)));
        try {
            return new Marks(
                    Long.parseLong(String.valueOf(found.getProperty(SHOWN))),
                    Long.parseLong(String.valueOf(found.getProperty(PROMISED))),
                    Boolean.parseBoolean(found.getProperty(COPIED)),
                    Long.parseLong(String.valueOf(found.getProperty(FLUSHED))));
        } catch (NumberFormatException e) {
            throw new IOException("The file " + file.path() + " is damaged. Restore it from a copy", e);
        }
    }

    static void write(AtomicFile file, Marks marks) throws IOException {
        String text = "%s=%d\n%s=%d\n%s=%b\n%s=%d\n"
                .formatted(
                        SHOWN,
                        marks.shown(),
                        PROMISED,
                        marks.promised(),
                        COPIED,
                        marks.copied(),
                        FLUSHED,
                        marks.flushed());
        file.write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** @return nanoseconds until it wants to look again */
    synchronized long run() throws IOException {
        long wait = nextNanos - clock.nanos();
        if (wait > 0) {
            return wait;
        }
        nextNanos = clock.nanos() + PERIOD_NANOS;
        store();
        return PERIOD_NANOS;
    }

    /**
     * Returns once the next start would show everything before this position, which is committed. So no file of state that is stored
     * afterwards speaks of messages that the start hides at first, and takes for lost.
     */
    synchronized void showUpTo(long position) throws IOException {
        if (stored.shown() != UNKNOWN && stored.shown() < position) {
            store();
        }
    }

    synchronized void store() throws IOException {
        Marks marks = now.get();
        if (!marks.equals(stored)) {
            write(file, marks);
            stored = marks;
        }
    }
}
