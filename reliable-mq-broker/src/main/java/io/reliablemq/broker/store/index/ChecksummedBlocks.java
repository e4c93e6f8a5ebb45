package io.reliablemq.broker.store.index;

import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.function.Function;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The blocks of an index file, which stand behind its header: 4096 bytes each, the last four of them a CRC32C of the others.
 * What the disk does not give back counts as damaged: all of it can be made again from the log.
 *
 * @param from where the first one begins
 */
public record ChecksummedBlocks(long from, long count) {

    public static final int BLOCK_BYTES = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(ChecksummedBlocks.class);

    private static final int CHECKSUM_AT = BLOCK_BYTES - 4;

    /** Tells whether a file begins as it should. */
    @FunctionalInterface
    public interface HeadCheck {
        boolean isSound(StoreFile file) throws IOException;
    }

    /** Reads how a file begins; null if it does not begin as it should. */
    @FunctionalInterface
    public interface HeadRead {
        @Nullable
        ByteBuffer run() throws IOException;
    }

    /** How the file begins; null if it does not begin as it should, or cannot be read. */
    public static @Nullable ByteBuffer head(Path path, HeadRead read) throws IOException {
        try {
            return read.run();
        } catch (IOException e) {
            LOG.warn("The index file {} is {}; it is made again from its segment", path, unreadable("its header", e));
            return null;
        }
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

    /**
     * Reads a block.
     *
     * @return null if it is all there and sound; else what it is, in words
     * @throws IOException if the file was closed meanwhile, or cannot be opened again for now
     */
    public @Nullable String read(StoreFile file, long number, ByteBuffer block) throws IOException {
        try {
            boolean sound = file.read(block, from + number * BLOCK_BYTES) == BLOCK_BYTES
                    && checksum(block, 0) == block.getInt(CHECKSUM_AT);
            return sound ? null : "damaged in block " + number;
        } catch (IOException e) {
            return unreadable("block " + number, e);
        }
    }

    /** A file that is closed has nothing wrong with it: it is no longer kept, was made again, or lacks a handle for now. */
    private static String unreadable(String where, IOException failure) throws IOException {
        if (failure instanceof ClosedChannelException || failure instanceof NoHandleLeftException) {
            throw failure;
        }
        return "unreadable in " + where + " (" + failure.getMessage() + ")";
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
            String fault = headFault(onDisk, head, check);
            ByteBuffer block = ByteBuffer.allocate(BLOCK_BYTES);
            for (long number = 0; number < count && fault == null; number++) {
                fault = read(onDisk, number, block.clear());
            }
            if (fault != null) {
                damage.apply(fault);
            }
            return fault == null;
        }
    }

    private static @Nullable String headFault(StoreFile onDisk, String head, HeadCheck check) throws IOException {
        try {
            return check.isSound(onDisk) ? null : "damaged in its " + head;
        } catch (IOException e) {
            return unreadable("its " + head, e);
        }
    }

    private static int checksum(ByteBuffer in, int start) {
        CRC32C crc = new CRC32C();
        crc.update(in.slice(start, CHECKSUM_AT));
        return (int) crc.getValue();
    }
}
