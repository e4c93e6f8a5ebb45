package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.util.Set;

/**
 * A file of this machine.
 *
 * <p>An interrupt of a thread that reads closes the channel under all its users. A file that is open for reading only
 * therefore opens it again; a file that is written does not, since a write that was cut short must count as failed.
 */
final class DiskFile implements StoreFile {

    /** Buffers on the heap are copied by the JDK into native memory of their size, which it keeps: so not all at once. */
    private static final int MAX_STEP = 1 << 20;

    private final Path path;
    private final Set<? extends OpenOption> options;
    private final boolean readOnly;
    private volatile FileChannel channel;
    private volatile boolean closed;

    private DiskFile(Path path, Set<? extends OpenOption> options, FileChannel channel) {
        this.path = path;
        this.options = options;
        this.readOnly = !options.contains(java.nio.file.StandardOpenOption.WRITE);
        this.channel = channel;
    }

    static DiskFile open(Path path, OpenOption... options) throws IOException {
        Set<OpenOption> set = Set.of(options);
        return new DiskFile(path, set, FileChannel.open(path, set));
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int limit = source.limit();
        long at = position;
        try {
            while (source.position() < limit) {
                source.limit(Math.min(limit, source.position() + MAX_STEP));
                at += channel.write(source, at);
            }
        } catch (IOException e) {
            throw fullOr(path, limit - source.position(), e);
        } finally {
            source.limit(limit);
        }
    }

    /** The platform has no type for a full disk, only the system's text, which may be in any language. */
    static IOException fullOr(Path file, long bytesWanted, IOException failure) {
        if (saysFull(failure)) {
            return new DiskFullException(file, failure);
        }
        try {
            Path folder = file.toAbsolutePath().getParent();
            boolean full = folder != null && Files.getFileStore(folder).getUsableSpace() <= bytesWanted;
            return full ? new DiskFullException(file, failure) : failure;
        } catch (IOException e) {
            failure.addSuppressed(e);
            return failure;
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        if (!readOnly) {
            return readFully(channel, target, position);
        }
        boolean interrupted = Thread.interrupted();
        int start = target.position();
        int limit = target.limit();
        try {
            while (true) {
                FileChannel current = channel;
                try {
                    return readFully(current, target, position);
    static boolean saysFull(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        return text.contains("No space left on device") || text.contains("Disk quota exceeded");
    }

                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current, e);
                    target.limit(limit).position(start);
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        int limit = target.limit();
        int start = target.position();
        try {
            while (target.position() < limit) {
                target.limit(Math.min(limit, target.position() + MAX_STEP));
                if (channel.read(target, position + target.position() - start) < 0) {
                    break;
                }
            }
        } finally {
            target.limit(limit);
        }
        return target.position() - start;
    }

    private synchronized void reopen(FileChannel broken, ClosedChannelException cause) throws IOException {
        if (closed) {
            throw cause;
        }
        if (channel == broken) {
            channel = FileChannel.open(path, options);
        }
    }

    @Override
    public void force() throws IOException {
        // The size of a file is flushed too where it is needed to read the data back; other times are not worth a
        // write.
        channel.force(false);
    }

    @Override
    public long size() throws IOException {
        return channel.size();
    }

    @Override
    public void truncate(long size) throws IOException {
        channel.truncate(size);
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
