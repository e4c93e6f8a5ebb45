package io.reliablemq.broker.store.log;

import java.io.IOException;

/** Reads all records of an ended segment again, while the log is open. Any thread may run it. */
public final class SegmentReplay {

    /** @throws IOException if the segment is not kept, or not whole */
    public static void run(Segments segments, long base, RecordVisitor visitor) throws IOException {
        Segment segment = segments.find(base);
        if (segment == null || segment.base() != base) {
            throw new IOException("No segment starts at position " + base);
        }
        SegmentScan scan = new SegmentScan(base, segment.reader()).run(visitor);
        if (scan.next() != segment.limit()) {
            throw new IOException("The segment " + segment.path() + " is damaged at position " + scan.end());
        }
    }

    private SegmentReplay() {}
}
