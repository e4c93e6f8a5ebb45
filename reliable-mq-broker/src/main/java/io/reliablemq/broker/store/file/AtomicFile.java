package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A small file that is replaced as a whole: after a crash it holds either the old content or the new, never a mixture
 * and never nothing.
 *
 * <p>Safe for use by any thread that is not interrupted while it writes; writers take turns.
 */
public final class AtomicFile {

    private static final String TEMPORARY_SUFFIX = ".tmp";

    private final StoreFiles files;
    private final Path file;
    private final Path folder;
    private final Path temporary;
    private final Consumer<byte[]> written;

    /** The folder must exist before the first write. */
    public AtomicFile(StoreFiles files, Path file) {
        this(files, file, content -> {});
    }

    /** @param written told of each content that was written as an array once it is on disk, in order; must be quick */
    public AtomicFile(StoreFiles files, Path file, Consumer<byte[]> written) {
        this.files = files;
        this.file = file.toAbsolutePath();
        Path parent = this.file.getParent();
        if (parent == null) {
            throw new IllegalArgumentException(file + " is not a file in a folder");
        }
        this.folder = parent;
        this.written = written;
        this.temporary = parent.resolve(this.file.getFileName() + TEMPORARY_SUFFIX);
    }

    public Path path() {
        return file;
    }

    /** Replaces the content, and returns once that survives a crash. After a failure the old content may still stand. */
    public synchronized void write(ByteBuffer content) throws IOException {
        files.delete(temporary);
        try (StoreFile out = files.create(temporary)) {
            out.write(content, 0);
            out.force();
        }
        files.rename(temporary, file);
        files.forceFolder(folder);
    }

    public synchronized void write(byte[] content) throws IOException {
        write(ByteBuffer.wrap(content));
        written.accept(content);
    }

    /** The content; null if there is no such file. */
    public byte @Nullable [] read() throws IOException {
        if (!files.exists(file)) {
            return null;
        }
        try (StoreFile in = files.openToRead(file)) {
            byte[] content = new byte[Math.toIntExact(in.size())];
            int read = in.read(ByteBuffer.wrap(content), 0);
            if (read < content.length) {
                throw new IOException(
                        "Only " + read + " of " + content.length + " bytes of " + file + " could be read");
            }
            return content;
        }
    }

    /** Deletes the file, and returns once that survives a crash. */
    public synchronized void delete() throws IOException {
        files.delete(file);
        files.forceFolder(folder);
    }
}
