package io.reliablemq.broker.store.index;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * The bytes of a segment's index file: a header, a directory of queues, blocks of entries. It is written once, as a whole.
 *
 * <pre>
 * header
 *  0  magic                 u32   0x524D5149
 *  4  version               u16   1
 *  6  zero                  u16
 *  8  segment base          u64
 * 16  next segment's base   u64
 * 24  last store timestamp  u64   of all messages up to the end of this segment
 * 32  queues                u32
 * 36  directory bytes       u32
 * 40  entries               u64
 * 48  zero                  12 bytes
 * 60  checksum              u32   CRC32C over bytes 0..60 of the header, and the directory
 *
 * directory, for each queue with messages in this segment, by topic and queue id
 *     topic length          u16
 *     topic                 UTF-8
 *     queue id              u32
 *     first offset          u64   of its entries here
 *     entries               u32   at least 1
 *     first entry           u32   number of its first entry in this file
 *
 * block of 4096 bytes, each with 340 entries
 *     entries               12 bytes each: position in the segment u32, size u32, tag hash u32
 *     zero                  12 bytes
 *     checksum              u32   CRC32C over the block before
 * </pre>
 *
 * <p>Next offsets of queues whose messages were all deleted are kept where the deletion is noted, in the file of gaps.
 */
final class IndexLayout {

    static final int MAGIC = 0x524D5149;
    static final short VERSION = 1;
    static final int HEADER_BYTES = 64;
    static final int BASE_AT = 8;
    static final int NEXT_AT = 16;
    static final int TIMESTAMP_AT = 24;
    static final int QUEUES_AT = 32;
    static final int DIRECTORY_BYTES_AT = 36;
    static final int ENTRIES_AT = 40;
    static final int CHECKSUM_AT = 60;
    static final int ROW_FIXED_BYTES = 22;

    static final int ENTRY_BYTES = 12;
    static final int BLOCK_ENTRIES = 340;

    static ChecksummedBlocks blocks(long entries, int directoryBytes) {
        return ChecksummedBlocks.of(entries, BLOCK_ENTRIES, HEADER_BYTES + (long) directoryBytes);
    }

    static int headerChecksum(ByteBuffer header, ByteBuffer directory) {
        CRC32C crc = new CRC32C();
        crc.update(header.slice(0, CHECKSUM_AT));
        crc.update(directory.slice());
        return (int) crc.getValue();
    }

    private IndexLayout() {}
}
