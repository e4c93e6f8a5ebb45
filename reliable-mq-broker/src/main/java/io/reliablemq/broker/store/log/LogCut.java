package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a log to where it can follow another one, while it is closed. What is cut off is first put into a file of the folder
 * {@code diverged}.
 *
 * <p>May be stopped by a crash at any step, and run again.
 */
public final class LogCut {

    private static final Logger LOG = LoggerFactory.getLogger(LogCut.class);

    private final LogFolder folder;
    private final AsideFile aside;

    public LogCut(LogFolder folder) {
        this.folder = folder;
        this.aside = new AsideFile(folder.files(), folder.folder().resolveSibling("diverged"));
    }

    /**
     * Takes off what stands behind a position.
     *
     * @param position where a record starts
     * @param reason for the file's name
     */
    public void cut(long position, String reason) throws IOException {
        List<Long> bases = folder.segmentBases();
        for (int i = bases.size() - 1; i >= 0; i--) {
            long base = bases.get(i);
            boolean isWhole = i + 1 < bases.size() && bases.get(i + 1) <= position;
            if (isWhole) {
                return;
            }
            setAside(base, Math.max(base, position), reason);
            if (base > position) {
                folder.deleteSegment(base);
            } else {
                shorten(base, position);
                return;
            }
        }
    }

    /**
     * Lets the log go on at another position, since the master has deleted what stood between.
     *
     * @param position up to which the log is the same as the master's
     * @param continueAt where the master's log goes on
     */
    public void goOn(long position, long continueAt, LogGaps ofMaster) throws IOException {
        long from = position;
        if (continueAt > position) {
            for (long base : folder.segmentBases()) {
                from = base <= position ? base : from;
            }
            if (!folder.files().exists(folder.segment(continueAt))) {
                // Before the gap is noted: then the empty segment is deleted again, should this be all that gets done.
                folder.createSegment(continueAt).close();
            }
        }
        LogGaps gaps = folder.readGaps();
        folder.writeGaps(gaps.withThoseOf(ofMaster, from));
    }

    private void shorten(long base, long position) throws IOException {
        folder.deleteBeside(base);
        try (StoreFile file = folder.files().open(folder.segment(base))) {
            file.truncate(position - base);
            file.force();
        }
    }

    private void setAside(long base, long from, String reason) throws IOException {
        try (StoreFile segment = folder.files().openToRead(folder.segment(base))) {
            int[] records = {0};
            SegmentScan scan = new SegmentScan(base, segment)
                    .run((position, origin, payload) -> records[0] += position > from ? 1 : 0);
            long to = scan.end();
            if (to <= from) {
                return;
            }
            Path file = aside.copy(segment, base, from, to, "-" + reason);
            LOG.warn(
                    "The log is cut at position {}: {} bytes with {} messages are set aside in {}",
                    from,
                    to - from,
                    records[0],
                    file);
        }
    }
}
