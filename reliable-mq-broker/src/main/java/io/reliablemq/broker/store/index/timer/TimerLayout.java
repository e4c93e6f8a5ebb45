package io.reliablemq.broker.store.index.timer;

import io.reliablemq.broker.store.index.ChecksummedBlocks;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment's timer file: a header and blocks of entries, sorted by due time and then by position. It is
 * written once, as a whole.
 *
 * <pre>
 * header
 *  0  magic                 u32   0x524D5154
 *  4  version               u16   1
 *  6  zero                  u16
 *  8  segment base          u64
 * 16  next segment's base   u64
 * 24  entries               u64
 * 32  first due time        u64   of the first entry, ms since 1970; 0 without entries
 * 40  last due time         u64   of the last entry
 * 48  last entry's position u32   in the segment
 * 52  zero                  8 bytes
 * 60  checksum              u32   CRC32C over bytes 0..60
 *
 * block of 4096 bytes, each with 255 entries
 *     entries               16 bytes each: due time u64, position in the segment u32, size u32
 *     zero                  12 bytes
 *     checksum              u32   CRC32C over the block before
 * </pre>
 *
 * <p>A segment without timers has a file too, of a header alone: a missing file always means that the segment has to be
 * read.
 */
final class TimerLayout {

    static final int MAGIC = 0x524D5154;
    static final short VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int BASE_AT = 8;
    static final int NEXT_AT = 16;
    static final int ENTRIES_AT = 24;
    static final int FIRST_DUE_AT = 32;
    static final int LAST_DUE_AT = 40;
    static final int LAST_POSITION_AT = 48;
    static final int CHECKSUM_AT = 60;

    static final int ENTRY_BYTES = 16;
    static final int ENTRY_POSITION_AT = 8;
    static final int ENTRY_SIZE_AT = 12;
    static final int BLOCK_ENTRIES = 255;

    static ChecksummedBlocks blocks(long entries) {
        return ChecksummedBlocks.of(entries, BLOCK_ENTRIES, HEADER_BYTES);
    }

    static int headerChecksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CHECKSUM_AT));
        return (int) crc.getValue();
    }

    private TimerLayout() {}
}
