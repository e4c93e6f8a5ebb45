package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings the log back after a stop of any kind.
 *
 * <p>Segments that were ended and whose index file is sound are taken as they are; everything behind them is read and
 * verified. What follows the last whole record is cut off if nothing says that it was ever flushed; otherwise the log is
 * damaged, and recovery refuses to go on without having changed anything, unless it was told to salvage. Running it
 * twice gives the same log.
 */
public final class LogRecovery {

    /** Stands for: no clean stop. */
    public static final long UNKNOWN_END = -1;

    /** Learns what is in the log. */
    public interface Visitor extends RecordVisitor {

        /** What the log is known not to hold. Called once, first. */
        void gaps(LogGaps gaps);

        /** Segments were deleted here. */
        void gap(LogGaps.Gap gap);

        /** Whether this ended segment is known already and need not be read; if so, it counts as visited. */
        boolean isKnown(long base, long next) throws IOException;

        /** The records that follow are those of this segment, which is not known, or about which nobody asked. */
        void reading(long base);

        /** All records of an ended segment were seen. */
        void ended(long base, long next) throws IOException;
    }

    /** The log, ready to be written; and what was found. */
    public record Recovered(
            Segments segments,
            LogTail tail,
            LogGaps gaps,
            int segmentsRead,
            long records,
            long bytes,
            long cutPosition,
            long cutBytes,
            int cutRecords,
            @Nullable Path cutAside) {}

    /**
     * What is known of how far the log was flushed.
     *
     * @param byRecords whether its records say so too; those of a copy say how far its master had flushed
     * @param atLeast how far it was flushed in any case
     */
    public record Flushed(boolean byRecords, long atLeast) {

        /** Of a log that was written here. */
        public static final Flushed BY_RECORDS = new Flushed(true, 0);

        long upTo(long claim) {
            return byRecords ? Math.max(claim, atLeast) : atLeast;
        }

        /** Whether nothing behind this position of a copy is known to have been flushed. */
        boolean isCopyTornAt(long position) {
            return !byRecords && atLeast <= position;
        }

        Flushed andUpTo(long position) {
            return new Flushed(byRecords, Math.max(atLeast, position));
        }
    }

    private static final int COPY_BYTES = 1 << 20;
    private static final long NO_NEXT = -1;

    private final LogFolder folder;
    private final LogSettings settings;
    private final Visitor visitor;
    private final long expectedEnd;
    private final Flushed flushed;
    private final Segments segments = new Segments();
    private LogGaps gaps = LogGaps.NONE;
    private long passed;
    private int segmentsRead;
    private long records;
    private long bytes;
    private long cutPosition = -1;
    private long cutBytes;
    private int cutRecords;
    private @Nullable Path cutAside;

    /** @param expectedEnd where the log ended at the last clean stop, or {@link #UNKNOWN_END} */
    public LogRecovery(LogFolder folder, LogSettings settings, Visitor visitor, long expectedEnd, Flushed flushed) {
        this.folder = folder;
        this.settings = settings;
        this.visitor = visitor;
        this.expectedEnd = expectedEnd;
        this.flushed = flushed;
    }

    /** @throws LogCorruptException if flushed records are damaged or missing */
    public Recovered run() throws IOException {
        try {
            // A process that was killed may have left files that are there for now, but in no folder on disk.
            folder.force();
            gaps = folder.readGaps();
            List<Long> bases = withoutDeleted(folder.segmentBases());
            if (settings.salvage()) {
                gaps = new LogSalvage(folder, gaps, flushed.andUpTo(expectedEnd)).run(bases);
                bases = withoutDeleted(folder.segmentBases());
            }
            visitor.gaps(gaps);
            LogTail tail = recoverAll(bases);
            return new Recovered(
                    segments, tail, gaps, segmentsRead, records, bytes, cutPosition, cutBytes, cutRecords, cutAside);
        } catch (IOException | RuntimeException e) {
            segments.close();
            throw e;
        }
    }

    /** A crash may have come between the note that a segment is deleted and the deletion. */
    private List<Long> withoutDeleted(List<Long> bases) throws IOException {
        List<Long> kept = new ArrayList<>();
        for (long base : bases) {
            if (gaps.isDeleted(base)) {
                folder.deleteSegment(base);
            } else {
                kept.add(base);
            }
        }
        return kept;
    }

    private LogTail recoverAll(List<Long> bases) throws IOException {
        long expected = 0;
        for (int i = 0; i < bases.size(); i++) {
            long base = bases.get(i);
            requireSegment(passGap(expected), base);
            long next = i == bases.size() - 1 ? NO_NEXT : gaps.endBefore(bases.get(i + 1));
            if (next != NO_NEXT && isFullLength(base, next) && visitor.isKnown(base, next)) {
                verifyKnown(base, next);
            } else {
                visitor.reading(base);
                SegmentScan scan = read(base);
                if (scan.next() < 0) {
                    return endHere(bases.subList(i + 1, bases.size()), base, scan);
                }
                requireSegment(passGap(scan.next()), next == NO_NEXT ? Long.MAX_VALUE : bases.get(i + 1));
                if (expectedEnd == UNKNOWN_END) {
                    makeSafe(base, scan);
                }
                visitor.ended(base, next);
            }
            addComplete(base, next);
            expected = next;
        }
        requireSegment(passGap(0), 0);
        requireExpectedEnd(0, 0);
        return tailOn(folder.createSegment(0), 0, 0);
    }

    private SegmentScan read(long base) throws IOException {
        try (StoreFile file = folder.files().openToRead(folder.segment(base))) {
            SegmentScan scan = new SegmentScan(base, file).run(visitor);
            if (scan.next() < 0) {
                scan.readTail();
            }
            segmentsRead++;
            records += scan.records();
            bytes += scan.end() - base;
            return scan;
        }
    }

    /** Where the log goes on behind segments that were deleted on purpose, if any were deleted here. */
    private long passGap(long position) {
        LogGaps.Gap gap = gaps.startingAt(position);
        if (gap == null) {
            return position;
        }
        if (passed < gap.to()) {
            passed = gap.to();
            visitor.gap(gap);
        }
        return gap.to();
    }

    private void requireSegment(long expected, long base) throws LogCorruptException {
        if (base != expected) {
            throw new LogCorruptException(
                    folder.segment(expected), expected, "this segment, which must be there, is missing");
        }
    }

    /** Space is reserved up to its end before a segment is ended; one that is shorter has lost something. */
    private boolean isFullLength(long base, long next) throws IOException {
        try (StoreFile file = folder.files().openToRead(folder.segment(base))) {
            return file.size() >= next - base;
        }
    }

    private void verifyKnown(long base, long next) throws IOException {
        if (!settings.verifyAll()) {
            return;
        }
        try (StoreFile file = folder.files().openToRead(folder.segment(base))) {
            SegmentScan scan = new SegmentScan(base, file).run((position, origin, payload) -> {});
            if (scan.next() != next) {
                throw new LogCorruptException(folder.segment(base), scan.end(), "the record there is bad");
            }
            records += scan.records();
            bytes += scan.end() - base;
        }
    }

    private void addComplete(long base, long next) throws IOException {
        segments.add(
                new Segment(base, next, folder.segment(base), folder.files().openToRead(folder.segment(base))));
    }

    /** The log ends in this segment, since it has no end record; nothing may stand in the later ones. */
    private LogTail endHere(List<Long> later, long base, SegmentScan scan) throws IOException {
        long end = scan.end();
        SegmentScan.Tail rest = scan.readTail();
        requireExpectedEnd(base, end);
        requireFlushed(base, scan, rest);
        for (long empty : later) {
            requireEmpty(empty, end);
        }
        for (int i = later.size() - 1; i >= 0; i--) {
            folder.deleteSegment(later.get(i));
        }
        if (rest.garbageEnd() > end) {
            cutPosition = end;
            cutBytes = rest.garbageEnd() - end;
            cutRecords = rest.wholeRecords() + 1;
        }
        StoreFile file = folder.files().open(folder.segment(base));
        if (rest.wholeRecords() > 0) {
            cutAside = setAside(file, base, end, rest.garbageEnd());
        }
        makeSafe(file, base, scan);
        return tailOn(file, base, end);
    }

    private void requireEmpty(long base, long end) throws IOException {
        try (StoreFile file = folder.files().openToRead(folder.segment(base))) {
            SegmentScan scan = new SegmentScan(base, file).run((position, origin, payload) -> {});
            if (scan.end() > base || scan.readTail().wholeRecords() > 0) {
                throw new LogCorruptException(
                        folder.segment(base), end, "the log has no whole record there, but goes on in a later segment");
            }
        }
    }

    private void requireExpectedEnd(long base, long end) throws LogCorruptException {
        if (expectedEnd > end && !settings.salvage()) {
            throw new LogCorruptException(
                    folder.segment(base), end, "it ends there, but was stopped cleanly at " + expectedEnd);
        }
    }

    /** Salvage has set aside by now what was flushed and is gone. */
    private void requireFlushed(long base, SegmentScan scan, SegmentScan.Tail rest) throws IOException {
        long end = scan.end();
        if (scan.hasUnreadableTail() && !settings.salvage()) {
            // A write that a crash cut off leaves wrong bytes, and not an error: so this may have been acknowledged.
            throw new LogCorruptException(folder.segment(base), end, "the disk cannot read what stands there");
        }
        long known = flushed.upTo(rest.flushedClaim());
        if (known > end && !settings.salvage()) {
            throw new LogCorruptException(
                    folder.segment(base),
                    end,
                    "the record there is bad, although "
                            + (known == flushed.atLeast() ? "it is known" : "later ones say")
                            + " that the log was flushed up to " + known);
        }
    }

    /**
     * A torn tail may hold whole records, of which nothing says that they were flushed. They are no messages any more, and are
     * kept for whoever knows better; without room for that the log is opened all the same.
     */
    private @Nullable Path setAside(StoreFile file, long base, long from, long to) throws IOException {
        try {
            return new AsideFile(folder.files(), folder.damagedFolder()).copy(file, base, from, to, "-cut");
        } catch (DiskFullException e) {
            return null;
        }
    }

    /** An ended segment may have got its end record and not the force that follows it. */
    private void makeSafe(long base, SegmentScan scan) throws IOException {
        try (StoreFile file = folder.files().open(folder.segment(base))) {
            writeAgain(file, base, scan);
        }
    }

    /** Cuts the torn tail, and makes sure that what was read is on disk. */
    private void makeSafe(StoreFile file, long base, SegmentScan scan) throws IOException {
        if (expectedEnd != UNKNOWN_END && cutPosition < 0) {
            return;
        }
        if (cutPosition >= 0) {
            file.truncate(scan.end() - base);
        }
        writeAgain(file, base, scan);
    }

    /**
     * Brings what was read from memory to disk. A force alone would not do: if one failed before the restart, the system
     * may hold unwritten pages that it takes for clean. So what no record vouches for is written again.
     */
    private void writeAgain(StoreFile file, long base, SegmentScan scan) throws IOException {
        long at = Math.max(base, flushed.upTo(scan.flushedClaim()));
        while (at < scan.end()) {
            ByteBuffer copy = ByteBuffer.allocate((int) Math.min(COPY_BYTES, scan.end() - at));
            file.read(copy, at - base);
            file.write(copy.flip(), at - base);
            at += copy.limit();
        }
        file.force();
    }

    private LogTail tailOn(StoreFile file, long base, long end) throws IOException {
        long used = end - base + RecordLayout.ENVELOPE_BYTES;
        long limit = base + Math.max(settings.segmentBytes(), used);
        SegmentTail tail = SegmentSupply.open(folder, settings, base, limit, file);
        segments.add(tail.segment());
        return new LogTail(settings, segments, new SegmentSupply(folder, settings, base), tail, end);
    }
}
