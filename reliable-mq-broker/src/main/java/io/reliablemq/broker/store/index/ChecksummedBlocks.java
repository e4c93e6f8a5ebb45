package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.zip.CRC32C;

/**
 * The blocks of an index file, which stand behind its header: 4096 bytes each, the last four of them a CRC32C of the others.
 *
 * @param from where the first one begins
 */
public record ChecksummedBlocks(long from, long count) {

    public static final int BLOCK_BYTES = 4096;

    private static final int CHECKSUM_AT = BLOCK_BYTES - 4;

    /** Tells whether a file begins as it should. */
    @FunctionalInterface
    public interface HeadCheck {
        boolean isSound(StoreFile file) throws IOException;
    }

    public static ChecksummedBlocks of(long entries, int entriesInBlock, long from) {
        return new ChecksummedBlocks(from, (entries + entriesInBlock - 1) / entriesInBlock);
    }

    /** How many bytes the file has, up to the end of the last one. */
    public long fileBytes() {
        return from + count * BLOCK_BYTES;
    }

    /** Puts in the checksum of the block that begins there, all else of which is there. */
    public static void seal(ByteBuffer out, int start) {
        out.putInt(start + CHECKSUM_AT, checksum(out, start));
    }

    /** @return whether the block is all there and sound */
    public boolean read(StoreFile file, long number, ByteBuffer block) throws IOException {
        return file.read(block, from + number * BLOCK_BYTES) == BLOCK_BYTES
                && checksum(block, 0) == block.getInt(CHECKSUM_AT);
    }

    /**
     * Reads all of the file, as it stands on the disk now. Any thread may call.
     *
     * @param head what the check looks at, in words
     * @param damage takes note of damage
     */
    public boolean areWholeIn(
            StoreFiles files, Path path, String head, HeadCheck check, Function<String, IOException> damage)
            throws IOException {
        if (!files.exists(path)) {
            damage.apply("missing");
            return false;
        }
        try (StoreFile onDisk = files.openToRead(path)) {
            if (!check.isSound(onDisk)) {
                damage.apply("damaged in its " + head);
                return false;
            }
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
            for (long number = 0; number < count; number++) {
                if (!read(onDisk, number, block.clear())) {
                    damage.apply("damaged in block " + number);
                    return false;
                }
            }
            return true;
        }
    }

    private static int checksum(ByteBuffer in, int start) {
        CRC32C crc = new CRC32C();
        crc.update(in.slice(start, CHECKSUM_AT));
        return (int) crc.getValue();
    }
}
