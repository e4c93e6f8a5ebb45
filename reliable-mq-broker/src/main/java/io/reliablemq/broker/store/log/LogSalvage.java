package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Makes a damaged log readable again without losing a whole record: each damaged range is copied into a file of the folder
 * {@code damaged}, and a record in its place says how far it reaches. Used by recovery when the operator chose so, before it
 * looks at the log; a torn tail, which was never flushed, is left to it.
 *
 * <p>Each step may be cut off by a crash: the copy is on disk before the range is named in {@link LogGaps}, and that before
 * the segment is changed. A second run finds what the first one left.
 */
final class LogSalvage {

    private static final int COPY_BYTES = 1 << 20;

    private final LogFolder folder;
    private final LogRecovery.Flushed flushed;
    private LogGaps gaps;

    LogSalvage(LogFolder folder, LogGaps gaps, LogRecovery.Flushed flushed) {
        this.folder = folder;
        this.flushed = flushed;
        this.gaps = gaps;
    }

    /** @return the gaps, with what was set aside */
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
            long next = i == used - 1 ? -1 : gaps.endBefore(bases.get(i + 1));
            expected = behindGap(repair(base, next));
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
            return scan.end() == base && scan.readTail().wholeRecords() == 0;
        }
    }

    /**
     * @param next where the following segment starts, -1 for the last one
     * @return where the segment says that the log goes on
     */
    private long repair(long base, long next) throws IOException {
        try (StoreFile file = folder.files().open(folder.segment(base))) {
            SegmentScan scan = scan(base, file);
            while (scan.next() < 0) {
                SegmentScan.Tail tail = scan.readTail();
                if (next < 0 && flushed.upTo(tail.flushedClaim()) <= scan.end()) {
                    return scan.end();
                }
                if (tail.wholeRecords() > 0) {
                    long from = scan.end();
                    setAside(base, file, from, tail.firstWhole());
                    int length = Math.toIntExact(tail.firstWhole() - from - RecordLayout.ENVELOPE_BYTES);
                    mark(base, file, from, RecordLayout.DAMAGED, length);
                } else {
                    setAside(base, file, scan.end(), Math.max(scan.end(), tail.garbageEnd()));
                    int rest = Math.toIntExact(next - scan.end() - RecordLayout.ENVELOPE_BYTES);
                    mark(base, file, scan.end(), RecordLayout.END, rest);
                }
                scan = scan(base, file);
            }
            return scan.next();
        }
    }

    private static SegmentScan scan(long base, StoreFile file) throws IOException {
        return new SegmentScan(base, file).run((position, origin, payload) -> {});
    }

    private void setAside(long base, StoreFile segment, long from, long to) throws IOException {
        Path aside = folder.damagedFolder().resolve(String.format(Locale.ROOT, "%020d-%020d.bytes", from, to));
        folder.files().createFolder(folder.damagedFolder());
        folder.files().delete(aside);
        try (StoreFile copy = folder.files().create(aside)) {
            for (long at = from; at < to; ) {
                ByteBuffer bytes = ByteBuffer.allocate((int) Math.min(COPY_BYTES, to - at));
                segment.read(bytes, at - base);
                copy.write(bytes.flip(), at - from);
                at += Math.max(1, bytes.limit());
            }
            copy.force();
        }
        folder.files().forceFolder(folder.damagedFolder());
        note(gaps, from, to);
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
