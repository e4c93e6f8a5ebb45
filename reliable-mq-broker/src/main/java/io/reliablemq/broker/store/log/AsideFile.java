package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.DiskFullException;
import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A copy of a range of the log, in a file of its own, made before the range is taken out of the log: so whatever was taken for
 * worthless can be looked at again. Used while nothing writes.
 */
final class AsideFile {

    private static final Logger LOG = LoggerFactory.getLogger(AsideFile.class);
    private static final int COPY_BYTES = 1 << 20;
    private static final int BLOCK_BYTES = 4 << 10;

    private final StoreFiles files;
    private final Path folder;

    /** @param folder where such files are put; made when there is the first of them */
    AsideFile(StoreFiles files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    /**
     * Copies the range, as far as the segment's file reaches; zeros stand for what cannot be read. A copy of before with the same
     * name is replaced.
     *
     * @param base where the segment starts
     * @param suffix of the name, behind the two positions
     * @return the file, which survives a crash
     */
    Path copy(StoreFile segment, long base, long from, long to, String suffix) throws IOException {
        Path aside = folder.resolve(String.format(Locale.ROOT, "%020d-%020d%s.bytes", from, to, suffix));
        files.createFolder(folder);
        files.delete(aside);
        try (StoreFile out = files.create(aside)) {
            copy(segment, base, from, Math.min(to, base + segment.size()), out);
            out.force();
        } catch (DiskFullException e) {
            files.delete(aside);
            throw e;
        }
        files.forceFolder(folder);
        return aside;
    }

    private static void copy(StoreFile segment, long base, long from, long to, StoreFile out) throws IOException {
        for (long at = from; at < to; ) {
            byte[] bytes = read(segment, at - base, (int) Math.min(COPY_BYTES, to - at));
            out.write(ByteBuffer.wrap(bytes), at - from);
            at += bytes.length;
        }
    }

    private static byte[] read(StoreFile segment, long position, int length) throws IOException {
        try {
            byte[] bytes = new byte[length];
            segment.read(ByteBuffer.wrap(bytes), position);
            return bytes;
        } catch (ClosedChannelException | NoHandleLeftException e) {
            throw e;
        } catch (IOException e) {
            return readBlockByBlock(segment, position, length);
        }
    }

    private static byte[] readBlockByBlock(StoreFile segment, long position, int length) throws IOException {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; ) {
            int step = (int) Math.min(length - at, BLOCK_BYTES - (position + at) % BLOCK_BYTES);
            byte[] block = new byte[step];
            try {
                segment.read(ByteBuffer.wrap(block), position + at);
                System.arraycopy(block, 0, bytes, at, step);
            } catch (ClosedChannelException | NoHandleLeftException e) {
                throw e;
            } catch (IOException e) {
                LOG.warn("{} bytes at {} of a segment cannot be read", step, position + at, e);
            }
            at += step;
        }
        return bytes;
    }
}
