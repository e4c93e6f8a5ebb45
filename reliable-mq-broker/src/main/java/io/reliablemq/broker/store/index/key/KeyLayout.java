package io.reliablemq.broker.store.index.key;

import io.reliablemq.broker.store.index.ChecksummedBlocks;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment's key file: a header and blocks of entries. It is written once, as a whole; the same segment always
 * gives the same bytes.
 *
 * <pre>
 * header, 64 bytes
 *  0  magic                  u32   0x524D514B
 *  4  version                u16   1
 *  6  zero                   u16
 *  8  segment base           u64
 * 16  next segment's base    u64
 * 24  first store timestamp  u64   of the segment's messages; 0 without any
 * 32  last store timestamp   i64   -1 without any
 * 40  entries                u32
 * 44  zero                   16 bytes
 * 60  checksum               u32   CRC32C over bytes 0..60
 *
 * block of 4096 bytes, each with 511 entries
 *     entries                8 bytes each: hash code i32, position in the segment u32
 *     zero                   4 bytes
 *     checksum               u32   CRC32C over the block before
 * </pre>
 *
 * <p>Entries ascend by hash code, as a signed number, then by position; no two are equal. What is left of the last block is
 * zero.
 */
final class KeyLayout {

    static final int MAGIC = 0x524D514B;
    static final short VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int BASE_AT = 8;
    static final int NEXT_AT = 16;
    static final int FIRST_TIMESTAMP_AT = 24;
    static final int LAST_TIMESTAMP_AT = 32;
    static final int ENTRIES_AT = 40;
    static final int CHECKSUM_AT = 60;

    static final int ENTRY_BYTES = 8;
    static final int BLOCK_ENTRIES = 511;

    static ChecksummedBlocks blocks(int entries) {
        return ChecksummedBlocks.of(entries, BLOCK_ENTRIES, HEADER_BYTES);
    }

    static int headerChecksum(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CHECKSUM_AT));
        return (int) crc.getValue();
    }

    private KeyLayout() {}
}
