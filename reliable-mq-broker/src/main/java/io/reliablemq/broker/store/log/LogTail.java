package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The end of the log, where records are added.
 *
 * <p>{@link #place}, {@link #write} and {@link #writeOut} belong to the log writer. {@link #force} may be called by
 * the flusher at the same time; the other methods by any thread.
 *
 * <p>A record never spans two segments. Where the next one would not fit, the segment is ended by an end record, for
 * which there is always room, and forced; only then is the next segment written. So all segments but the last are
 * flushed and complete, and only the last can have a torn tail.
 */
public final class LogTail {

    private static final int BUFFER_BYTES = 1 << 20;

    /** Copies of so many bytes, or of this part of a segment, are a catch-up. */
    private static final int MANY_BYTES = 128 << 10;

    private static final int MANY_PART = 8;

    private static final ByteBuffer NO_PAYLOAD = ByteBuffer.allocate(0);

    /** How far the log is written, and in which segment that is. */
    private record Written(SegmentTail tail, long position) {}

    private final LogSettings settings;
    private final Segments segments;
    private final SegmentSupply supply;
    private final AtomicLong flushed;
    private volatile Written written;
    private volatile boolean broken;

    /** Whether records come in such numbers that reserving space ahead of them would write all of it twice. */
    private volatile boolean extending;

    // Owned by the log writer from here on.
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final ByteBuffer envelope = ByteBuffer.allocate(RecordLayout.ENVELOPE_BYTES);
    private SegmentTail tail;
    private long end;
    private long placed;
    private long placedLimit;
    private int epoch;

    LogTail(LogSettings settings, Segments segments, SegmentSupply supply, SegmentTail tail, long end) {
        this.settings = settings;
        this.segments = segments;
        this.supply = supply;
        this.tail = tail;
        this.end = end;
        this.placed = end;
        this.placedLimit = tail.segment().limit();
        this.written = new Written(tail, end);
        this.flushed = new AtomicLong(end);
    }

    /** Records written from now on belong to this epoch; to be called before the first of them. */
    public void beginEpoch(int number) {
        epoch = number;
    }

    /** Most bytes of records that can be reserved at once: what surely fits into one segment. */
    long maxRecordBytes() {
        return settings.segmentBytes() - RecordLayout.ENVELOPE_BYTES;
    }

    /**
     * Reserves disk space for records of so many bytes, so that a full disk is met before the first of them is written.
     *
     * @param recordBytes envelopes included, at most {@link #maxRecordBytes()}
     * @throws io.reliablemq.broker.store.file.DiskFullException if there is no room; the log is as it was
     */
    void reserve(long recordBytes) throws IOException {
        long limit = tail.segment().limit();
        long wanted = end + recordBytes + RecordLayout.ENVELOPE_BYTES;
        tail.reserveTo(Math.min(wanted, limit));
        if (wanted > limit) {
            supply.reserve(limit, settings.segmentBytes(), recordBytes + RecordLayout.ENVELOPE_BYTES);
        }
    }

    /** Says where the next record's payload will stand. Places are written in the order in which they were given. */
    long place(int payloadBytes) {
        long record = RecordLayout.ENVELOPE_BYTES + (long) payloadBytes;
        if (placed + record + RecordLayout.ENVELOPE_BYTES > placedLimit) {
            placed = placedLimit;
            placedLimit += settings.segmentBytes();
        }
        long position = placed + RecordLayout.ENVELOPE_BYTES;
        placed += record;
        return position;
    }

    /** Adds a record at the place it was given. It stands in the file after {@link #writeOut}. */
    void write(long payloadPosition, byte[] payload, long origin) throws IOException {
        long position = payloadPosition - RecordLayout.ENVELOPE_BYTES;
        if (position != end) {
            roll();
        }
        if (position != end) {
            throw new IllegalStateException("A record was placed at " + position + ", but the log ends at " + end);
        }
        RecordLayout.putEnvelope(envelope, RecordLayout.MESSAGE, payload.length, flushed.get(), origin, epoch);
        seal(position, ByteBuffer.wrap(payload));
        put(envelope.array());
        put(payload);
    }

    /**
     * Adds whole records that were copied from another log, where they stand at the same position. They stand in the file
     * after {@link #writeOut}.
     *
     * @param behind bytes behind them that belong to the last of them, and mean nothing
     * @param limit where the segment ends that is being written
     * @throws io.reliablemq.broker.store.file.DiskFullException if there is no room; the log is as it was
     */
    void copy(byte[] records, long behind, long limit) throws IOException {
        if (limit != tail.segment().limit()) {
            resize(limit);
        }
        add(records, behind, Math.min(limit, end + records.length + behind + RecordLayout.ENVELOPE_BYTES));
        if (behind > 0) {
            drainBuffer();
            end += behind;
        }
    }

    /**
     * Adds whole records, the last of which ends the segment, and goes on with the next one.
     *
     * @param next where that starts
     * @throws io.reliablemq.broker.store.file.DiskFullException if there is no room; the log is as it was
     */
    void copyToEnd(byte[] records, long limit, long next) throws IOException {
        if (limit != tail.segment().limit()) {
            resize(limit);
        }
        supply.reserve(next, limit - tail.segment().base(), RecordLayout.ENVELOPE_BYTES);
        // Filled up behind the end record too: by its length the next opening knows that the segment is whole.
        tail.reserveTo(limit);
        put(records);
        goOn(next);
    }

    /** Few records go where space is reserved ahead of them, up to a position. Many take their space as they are written. */
    private void add(byte[] records, long behind, long reserved) throws IOException {
        extending = behind == 0 && records.length >= Math.min(MANY_BYTES, settings.segmentBytes() / MANY_PART);
        if (extending) {
            drainBuffer();
            tail.extend(ByteBuffer.wrap(records), end);
            end += records.length;
        } else {
            tail.reserveTo(reserved);
            put(records);
        }
    }

    private void resize(long limit) throws IOException {
        Segment known = tail.segment();
        Segment resized = new Segment(known.base(), limit, known.path(), known.reader());
        tail.resize(resized);
        segments.resizeLast(resized);
    }

    /** Where the next record will stand; owned by the log writer. */
    long end() {
        return end;
    }

    /** Hands what was added to the system, and lets others see it. */
    void writeOut() throws IOException {
        drainBuffer();
        written = new Written(tail, end);
    }

    /**
     * Forces what is written.
     *
     * @return how far the log is flushed
     */
    long force() throws IOException {
        if (broken) {
            throw new LogClosedException("An earlier write or force failed");
        }
        Written upTo = written;
        upTo.tail().force();
        return flushed.accumulateAndGet(upTo.position(), Math::max);
    }

    /** Whether something is written that is not flushed, and still can be. */
    boolean isDirty() {
        return !broken && written.position() > flushed.get();
    }

    /** A write or force failed, or what must follow one: nothing may be written or forced any more. */
    public void breakOff() {
        broken = true;
    }

    boolean isBroken() {
        return broken;
    }

    public long written() {
        return written.position();
    }

    public long flushed() {
        return flushed.get();
    }

    /** Where the segment starts that is being written. */
    public long segmentBase() {
        return written.tail().segment().base();
    }

    /** Why the next segment, which is needed now, cannot be made; null if nothing is missing. */
    public @Nullable String shortage() {
        return supply.shortage();
    }

    /** Whether the keeper should reserve space, here or in the next segment. */
    boolean wantsRoom() {
        if (extending) {
            return false;
        }
        Written upTo = written;
        long ahead = settings.preallocateBytes() / 2;
        long here = Math.min(upTo.position() + ahead, upTo.tail().segment().limit());
        return upTo.tail().allocated() < here || supply.lacks(bytesOfNext(upTo, ahead));
    }

    /** Reserves space ahead of the tail, and in the next segment; called by the keeper. */
    void makeRoom() throws IOException {
        Written upTo = written;
        long ahead = settings.preallocateBytes();
        upTo.tail().allocateTo(upTo.position() + ahead);
        long bytesOfNext = bytesOfNext(upTo, ahead);
        if (bytesOfNext > 0) {
            supply.prepare(upTo.tail().segment().limit(), bytesOfNext);
        }
    }

    /**
     * How much of the next segment shall be reserved by now: as much as this one holds, and some more. When its turn comes it
     * is reserved as a whole, for zeros in a segment that is written to have to be waited for by each force of its records.
     */
    private long bytesOfNext(Written upTo, long ahead) {
        Segment segment = upTo.tail().segment();
        long held = upTo.position() - segment.base();
        long half = (segment.limit() - segment.base()) / 2;
        long few = settings.preallocateBytes() == 0 ? half : Math.min(half, settings.preallocateBytes());
        // Where the next segment of a copy starts is known when it comes.
        return settings.copying() || held <= few ? 0 : Math.min(settings.segmentBytes(), held + ahead);
    }

    /** Ends the life of the tail: closes its files. Space behind the last record is given back where that is safe. */
    public void close(boolean clean) throws IOException {
        try {
            if (clean) {
                tail.trimTo(end);
                tail.force();
            }
        } finally {
            tail.close();
            supply.close();
        }
    }

    private void roll() throws IOException {
        long limit = tail.segment().limit();
        int rest = Math.toIntExact(limit - end - RecordLayout.ENVELOPE_BYTES);
        RecordLayout.putEnvelope(envelope, RecordLayout.END, rest, flushed.get(), -1, epoch);
        seal(end, NO_PAYLOAD);
        put(envelope.array());
        goOn(limit);
    }

    /** The segment's end record was added: brings the segment to disk, and goes on with the next one. */
    private void goOn(long position) throws IOException {
        SegmentTail next = supply.take(position);
        drainBuffer();
        tail.force();
        flushed.accumulateAndGet(position, Math::max);
        segments.add(next.segment());
        SegmentTail ended = tail;
        tail = next;
        end = position;
        written = new Written(next, position);
        ended.close();
    }

    private void seal(long position, ByteBuffer payload) {
        envelope.putInt(RecordLayout.CHECKSUM_AT, RecordLayout.checksum(position, envelope, 0, payload));
    }

    private void put(byte[] bytes) throws IOException {
        int from = 0;
        while (from < bytes.length) {
            if (!buffer.hasRemaining()) {
                drainBuffer();
            }
            int step = Math.min(buffer.remaining(), bytes.length - from);
            buffer.put(bytes, from, step);
            from += step;
            end += step;
        }
    }

    private void drainBuffer() throws IOException {
        buffer.flip();
        tail.write(buffer, end - buffer.limit());
        buffer.clear();
    }
}
