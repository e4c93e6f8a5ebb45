package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A file of this machine.
 *
 * <p>An interrupt of a thread that reads closes the channel under all its users. A file that is open for reading only
 * therefore opens it again, as it does where {@link ReadHandles} has closed it meanwhile; a file that is written does not, since
 * a write that was cut short must count as failed.
 */
final class DiskFile implements StoreFile {

    /** Buffers on the heap are copied by the JDK into native memory of their size, which it keeps: so not all at once. */
    private static final int MAX_STEP = 1 << 20;

    private final Path path;
    private final Set<? extends OpenOption> options;
    private final @Nullable ReadHandles handles;
    private volatile FileChannel channel;
    private volatile boolean wasRead;
    private volatile boolean closed;

    private DiskFile(Path path, Set<? extends OpenOption> options, @Nullable ReadHandles handles, FileChannel channel) {
        this.path = path;
        this.options = options;
        this.handles = handles;
        this.channel = channel;
    }

    /** Opens a file to be written, and read. */
    static DiskFile open(Path path, OpenOption... options) throws IOException {
        Set<OpenOption> set = Set.of(options);
        return new DiskFile(path, set, null, FileChannel.open(path, set));
    }

    /** Opens a file to be read, which is closed while others are wanted more. */
    static DiskFile openToRead(Path path, ReadHandles handles) throws IOException {
        Set<OpenOption> set = Set.of(StandardOpenOption.READ);
        DiskFile file = new DiskFile(path, set, handles, opened(path, set));
        handles.opened(file);
        return file;
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

    static boolean saysFull(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        return text.contains("No space left on device") || text.contains("Disk quota exceeded");
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        if (handles == null) {
            return readFully(channel, target, position);
        }
        if (!wasRead) {
            wasRead = true;
        }
        int start = target.position();
        int limit = target.limit();
        return Math.toIntExact(reopening(current -> {
            target.limit(limit).position(start);
            return readFully(current, target, position);
        }));
    }

    @FunctionalInterface
    private interface ChannelUse {
        long of(FileChannel channel) throws IOException;
    }

    /** An interrupt closes the channel of whoever comes with it, so it is put off until the answer is there. */
    private long reopening(ChannelUse use) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel current = channel;
                try {
                    return use.of(current);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(current, e);
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

    private void reopen(FileChannel broken, ClosedChannelException cause) throws IOException {
        synchronized (this) {
            if (closed || handles == null) {
                throw cause;
            }
            if (channel != broken) {
                return;
            }
            channel = opened(path, options);
        }
        handles.opened(this);
    }

    private static FileChannel opened(Path path, Set<? extends OpenOption> options) throws IOException {
        try {
            return FileChannel.open(path, options);
        } catch (IOException e) {
            throw saysNoHandleIsLeft(e) ? new NoHandleLeftException(path, e) : e;
        }
    }

    /** Of the process or of the system. Any other failure may be one of this file, and last. */
    static boolean saysNoHandleIsLeft(IOException failure) {
        return String.valueOf(failure.getMessage()).contains("Too many open files");
    }

    /** Whether it was read since this was asked before. */
    boolean wasRead() {
        boolean answer = wasRead;
        wasRead = false;
        return answer;
    }

    /** Gives its handle back; the next read opens it again. */
    synchronized void rest() throws IOException {
        channel.close();
    }

    @Override
    public void force() throws IOException {
        // The size of a file is flushed too where it is needed to read the data back; other times are not worth a
        // write.
        channel.force(false);
    }

    @Override
    public long size() throws IOException {
        return handles == null ? channel.size() : reopening(FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
        channel.truncate(size);
    }

    @Override
    public void close() throws IOException {
        synchronized (this) {
            closed = true;
            channel.close();
        }
        if (handles != null) {
            handles.closed(this);
        }
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
