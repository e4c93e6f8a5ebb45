package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Makes a damaged log readable again without losing a whole record: each damaged range is copied into a file of the folder
 * {@code damaged}, and a record in its place says how far it reaches. Used by recovery when the operator chose so, before it
 * looks at the log; a torn tail, which was never flushed, is left to it.
 *
 * <p>Each step may be cut off by a crash: the copy is on disk before the range is named in {@link LogGaps}, and that before
 * the segment is changed. A second run finds what the first one left, and makes no second copy of a range that is named.
 */
final class LogSalvage {

    /** Stands for: the log ends in this segment. */
    private static final long NOWHERE = -1;

    private final LogFolder folder;
    private final LogRecovery.Flushed flushed;
    private final AsideFile aside;
    private LogGaps gaps;

    LogSalvage(LogFolder folder, LogGaps gaps, LogRecovery.Flushed flushed) {
        this.folder = folder;
        this.flushed = flushed;
        this.gaps = gaps;
        this.aside = new AsideFile(folder.files(), folder.damagedFolder());
    }

    /** @return the gaps, with what was set aside; a segment may have been made */
    LogGaps run(List<Long> bases) throws IOException {
        int used = bases.size();
        while (used > 0 && isEmpty(bases.get(used - 1))) {
            used--;
        }
        long expected = behindGap(0);
        for (int i = 0; i < used; i++) {
            long base = bases.get(i);
            if (base > expected) {
                note(gaps.withDeleted(new LogGaps.Gap(expected, base, List.of())), expected, base);
            }
            boolean isLast = i == used - 1;
            long goesOn = isLast ? repairLast(base) : repair(base, gaps.endBefore(bases.get(i + 1)));
            expected = goesOn == NOWHERE ? NOWHERE : behindGap(goesOn);
        }
        if (expected > 0 && !bases.contains(expected)) {
            // The newest segments are gone: the log goes on where they started.
            note(gaps, expected, Math.max(expected, flushed.upTo(NOWHERE)));
            folder.createSegment(expected).close();
        }
        return gaps;
    }

    private long behindGap(long position) {
        LogGaps.Gap gap = gaps.startingAt(position);
        return gap == null ? position : gap.to();
    }

    private boolean isEmpty(long base) throws IOException {
        try (StoreFile file = folder.files().openToRead(folder.segment(base))) {
            SegmentScan scan = scan(base, file);
            SegmentScan.Tail tail = scan.readTail();
            return scan.end() == base
                    && tail.wholeRecords() == 0
                    && flushed.upTo(tail.flushedClaim()) <= base
                    && !scan.hasUnreadableTail();
        }
    }

    /**
     * @param next where the following segment starts
     * @return where the segment says that the log goes on
     */
    private long repair(long base, long next) throws IOException {
        try (StoreFile file = folder.files().open(folder.segment(base))) {
            SegmentScan scan = coverBadRanges(base, file, false);
            if (scan.next() < 0) {
                setAside(base, file, scan.end(), scan.readTail().garbageEnd());
                heal(base, file, scan, scan.end(), next);
                int rest = Math.toIntExact(next - scan.end() - RecordLayout.ENVELOPE_BYTES);
                mark(base, file, scan.end(), RecordLayout.END, rest);
                return next;
            }
            return scan.next();
        }
    }

    /**
     * Whole records behind a bad one are kept here too, whether or not anything says that they were flushed. What stands behind
     * the last of them is left to recovery, which cuts it off: a torn tail, or records that were flushed and are gone.
     *
     * @return where the segment says that the log goes on; {@link #NOWHERE} if it was not ended
     */
    private long repairLast(long base) throws IOException {
        try (StoreFile file = folder.files().open(folder.segment(base))) {
            SegmentScan scan = coverBadRanges(base, file, true);
            long known = flushed.upTo(scan.flushedClaim());
            if (scan.next() < 0 && (known > scan.end() || scan.hasUnreadableTail())) {
                setAside(base, file, scan.end(), Math.max(known, scan.readTail().garbageEnd()));
                heal(base, file, scan, scan.end(), Long.MAX_VALUE);
            }
            return scan.next() < 0 ? NOWHERE : scan.next();
        }
    }

    /** Covers each range that has a whole record behind it. A torn tail of a copy is cut, and comes again from its master. */
    private SegmentScan coverBadRanges(long base, StoreFile file, boolean isLast) throws IOException {
        SegmentScan scan = scan(base, file);
        while (scan.next() < 0 && scan.readTail().wholeRecords() > 0 && !(isLast && flushed.isCopyTornAt(scan.end()))) {
            long from = scan.end();
            long to = scan.readTail().firstWhole();
            setAside(base, file, from, to);
            heal(base, file, scan, from, to);
            mark(base, file, from, RecordLayout.DAMAGED, Math.toIntExact(to - from - RecordLayout.ENVELOPE_BYTES));
            scan = scan(base, file);
        }
        return scan;
    }

    private static SegmentScan scan(long base, StoreFile file) throws IOException {
        return new SegmentScan(base, file).run((position, origin, payload) -> {});
    }

    private void setAside(long base, StoreFile segment, long from, long to) throws IOException {
        if (!gaps.damages().contains(new LogGaps.Damage(from, to))) {
            aside.copy(segment, base, from, to, "");
            note(gaps, from, to);
        }
    }

    /** Writes over the blocks of a range that the disk could not read, which lets it use others in their place. */
    private static void heal(long base, StoreFile file, SegmentScan scan, long from, long to) throws IOException {
        for (long block : scan.unreadable()) {
            if (block >= from && block < to) {
                file.write(ByteBuffer.allocate(scan.bytesOfBlock(block)), block - base);
            }
        }
        file.force();
    }

    private void note(LogGaps changed, long from, long to) throws IOException {
        LogGaps.Damage damage = new LogGaps.Damage(from, to);
        gaps = gaps.damages().contains(damage) ? changed : changed.withDamaged(damage);
        folder.writeGaps(gaps);
    }

    /** Puts a record over the start of the range, and makes the indexes be made again. */
    private void mark(long base, StoreFile file, long at, byte type, int length) throws IOException {
        folder.deleteBeside(base);
        ByteBuffer envelope = ByteBuffer.allocate(RecordLayout.ENVELOPE_BYTES);
        RecordLayout.putEnvelope(envelope, type, length, 0, -1, 0);
        int checksum = RecordLayout.checksum(at, envelope, 0, ByteBuffer.allocate(0));
        file.write(envelope.putInt(RecordLayout.CHECKSUM_AT, checksum), at - base);
        file.force();
    }
}
