package io.reliablemq.client.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The files of a journal as one log: records are written at the end of the last file, and files are deleted from the first on.
 *
 * <p>Not thread-safe but for {@link #force}, which may run beside one writer.
 */
final class JournalLog implements AutoCloseable {

    private static final long LEAST_FILE_BYTES = 64 * 1024;
    private static final int FILES_OF_FULL_JOURNAL = 8;

    private final JournalFolder folder;
    private final long mostFileBytes;
    private final SortedMap<Long, Long> sizes = new TreeMap<>();
    private @Nullable JournalFile current;

    /** Records written and known to be on the disk since the start, in bytes. */
    private long written;

    private long flushed;

    JournalLog(JournalFolder folder, long maxBytes) {
        this.folder = folder;
        this.mostFileBytes = Math.max(LEAST_FILE_BYTES, maxBytes / FILES_OF_FULL_JOURNAL);
    }

    /** The numbers of the files from an earlier start, ascending. */
    List<Long> earlierFiles() throws IOException {
        return folder.files();
    }

    /** Reads a file from an earlier start, and counts it in. */
    ByteBuffer read(long file) throws IOException {
        ByteBuffer content = folder.read(file);
        sizes.put(file, (long) content.limit());
        return content;
    }

    /** Begins another file. What stood in the one before is on the disk then. */
    void startFile() throws IOException {
        JournalFile before = current;
        if (before != null) {
            before.force();
            flushed = written;
            before.close();
        }
        long file = sizes.isEmpty() ? 0 : sizes.lastKey() + 1;
        current = folder.create(file);
        sizes.put(file, 0L);
    }

    /** @return the file that the record stands in */
    long write(ByteBuffer record) throws IOException {
        long size = sizes.getOrDefault(sizes.lastKey(), 0L);
        if (size > 0 && size + record.remaining() > mostFileBytes) {
            startFile();
        }
        JournalFile file = current;
        if (file == null) {
            throw new IOException("the journal is closed");
        }
        int length = record.remaining();
        file.write(record);
        written += length;
        sizes.merge(sizes.lastKey(), (long) length, Long::sum);
        return sizes.lastKey();
    }

    /** The end of what is written. */
    long end() {
        return written;
    }

    boolean isOnDisk(long end) {
        return flushed >= end;
    }

    /** What is to be flushed, and up to where that counts. */
    record Unflushed(@Nullable JournalFile file, long end) {

        /** @return false if the next file was begun meanwhile, before which this one was flushed */
        boolean force() throws IOException {
            try {
                if (file != null) {
                    file.force();
                }
                return true;
            } catch (ClosedChannelException e) {
                return false;
            }
        }
    }

    Unflushed unflushed() {
        return new Unflushed(current, written);
    }

    void flushed(Unflushed upTo) {
        flushed = Math.max(flushed, upTo.end());
    }

    /** Returns once all that is written is on the disk. */
    void force() throws IOException {
        Unflushed all = unflushed();
        if (all.force()) {
            flushed(all);
        }
    }

    /** The oldest file, if another one is written to; -1 if not. */
    long oldest() {
        return sizes.size() > 1 ? sizes.firstKey() : -1;
    }

    void delete(long file) throws IOException {
        folder.delete(file);
        sizes.remove(file);
    }

    long bytes() {
        return sizes.values().stream().mapToLong(Long::longValue).sum();
    }

    JournalFolder folder() {
        return folder;
    }

    @Override
    public void close() throws IOException {
        JournalFile file = current;
        current = null;
        try (folder) {
            if (file != null) {
                try (file) {
                    file.force();
                }
            }
        }
    }
}
