package io.reliablemq.broker.store.log;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a record: an envelope and its payload, back to back with the next record.
 *
 * <pre>
 * at  field             type
 *  0  payload length    u32   of an end record: how many bytes are left of the segment behind it;
 *                             of a damaged range: how many bytes behind this envelope belong to it
 *  4  checksum          u32   CRC32C over the record's position (8 bytes), bytes 0..4 and 8..32 of the envelope, payload
 *  8  flushed position  u64   how far the log was known to be flushed when this record was written
 * 16  origin position   u64   of the message that this one is a copy of, or -1
 * 24  epoch             u32   of the master that wrote the record; 0 for none
 * 28  type              u8    1 message, 2 end of the segment (no payload), 3 damaged range (its bytes mean nothing)
 * 29  version           u8    1
 * 30  zero              u16
 * 32  payload
 * </pre>
 *
 * <p>Positions count from the start of the log. The checksum covers the record's own, so that bytes of an older life of
 * the file, or a copy at another place, are never taken for a record. The flushed position tells a torn tail from damage:
 * where a record is bad and a later whole one says that the log was flushed beyond it, acknowledged data is gone.
 *
 * <p>Pure functions; any thread may call them.
 */
final class RecordLayout {

    static final int ENVELOPE_BYTES = 32;
    static final byte MESSAGE = 1;
    static final byte END = 2;
    static final byte DAMAGED = 3;
    static final byte VERSION = 1;

    static final int LENGTH_AT = 0;
    static final int CHECKSUM_AT = 4;
    static final int FLUSHED_AT = 8;
    static final int ORIGIN_AT = 16;
    static final int EPOCH_AT = 24;
    static final int TYPE_AT = 28;
    static final int VERSION_AT = 29;
    static final int ZERO_AT = 30;

    /** Writes an envelope at index 0, with everything but the checksum. */
    static void putEnvelope(ByteBuffer envelope, byte type, int length, long flushed, long origin, int epoch) {
        envelope.putInt(LENGTH_AT, length);
        envelope.putInt(CHECKSUM_AT, 0);
        envelope.putLong(FLUSHED_AT, flushed);
        envelope.putLong(ORIGIN_AT, origin);
        envelope.putInt(EPOCH_AT, epoch);
        envelope.put(TYPE_AT, type);
        envelope.put(VERSION_AT, VERSION);
        envelope.putShort(ZERO_AT, (short) 0);
    }

    /** The checksum of a record whose envelope stands at index {@code at}; the payload's bounds are those of its buffer. */
    static int checksum(long position, ByteBuffer envelope, int at, ByteBuffer payload) {
        CRC32C crc = new CRC32C();
        ByteBuffer scratch = ByteBuffer.allocate(8).putLong(0, position);
        crc.update(scratch);
        crc.update(envelope.slice(at, CHECKSUM_AT));
        crc.update(envelope.slice(at + FLUSHED_AT, ENVELOPE_BYTES - FLUSHED_AT));
        crc.update(payload.slice());
        return (int) crc.getValue();
    }

    /** How many bytes behind the envelope at index {@code at} the checksum covers. */
    static int storedLength(ByteBuffer envelope, int at) {
        return envelope.get(at + TYPE_AT) == MESSAGE ? envelope.getInt(at + LENGTH_AT) : 0;
    }

    /** Whether an envelope can be one, before its checksum is worth computing. */
    static boolean isPlausible(ByteBuffer bytes, int at, long position, long bytesBehind) {
        byte type = bytes.get(at + TYPE_AT);
        if (bytes.get(at + VERSION_AT) != VERSION || bytes.getShort(at + ZERO_AT) != 0) {
            return false;
        }
        int length = bytes.getInt(at + LENGTH_AT);
        long flushed = bytes.getLong(at + FLUSHED_AT);
        return length >= 0
                && flushed >= 0
                && flushed <= position
                && (type == END || (type == MESSAGE && length > 0 || type == DAMAGED) && length <= bytesBehind);
    }

    private RecordLayout() {}
}
