package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A broker's data folder: locked while it is in use, with the version of its format, an identity of its own, and a mark
 * when it was left in good order.
 *
 * <pre>
 * lock         locked by the process that works on the folder
 * format       properties: format=1, id=a random UUID
 * clean-stop   properties: end=position behind the last record; only there after a clean stop
 * epochs       which masters wrote which part of the log
 * log/         segments and their index files
 * </pre>
 *
 * <p>For the thread that opens and closes the store.
 */
public final class DataFolder implements AutoCloseable {

    private static final String FORMAT = "1";

    private final StoreFiles files;
    private final Path folder;
    private final String id;
    private final AtomicFile cleanStop;
    private final StoreFiles.FolderLock lock;

    private DataFolder(StoreFiles files, Path folder, String id, AtomicFile cleanStop, StoreFiles.FolderLock lock) {
        this.files = files;
        this.folder = folder;
        this.id = id;
        this.cleanStop = cleanStop;
        this.lock = lock;
    }

    /**
     * Makes the folder if it is missing, and locks it.
     *
     * @throws FolderInUseException if another broker works on it
     * @throws FolderFormatException if it was written by a version that this one does not understand
     */
    public static DataFolder open(StoreFiles files, Path path) throws IOException {
        Path folder = path.toAbsolutePath().normalize();
        files.createFolder(folder);
        StoreFiles.FolderLock lock = files.lock(folder.resolve("lock"));
        try {
            String id = identify(new AtomicFile(files, folder.resolve("format")));
            files.createFolder(folder.resolve("log"));
            return new DataFolder(files, folder, id, new AtomicFile(files, folder.resolve("clean-stop")), lock);
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    private static String identify(AtomicFile format) throws IOException {
        Properties found = read(format);
        if (found == null) {
            String id = UUID.randomUUID().toString();
            format.write(("format=" + FORMAT + "\nid=" + id + "\n").getBytes(StandardCharsets.UTF_8));
            return id;
        }
        String id = found.getProperty("id");
        if (!FORMAT.equals(found.getProperty("format")) || id == null) {
            throw new FolderFormatException(format.path(), String.valueOf(found.getProperty("format")), FORMAT);
        }
        return id;
    }

    /** A random name that was given to the folder when it was made. */
    public String id() {
        return id;
    }

    public Path logFolder() {
        return folder.resolve("log");
    }

    /** A small file of that name in the folder. */
    public AtomicFile file(String name) {
        return new AtomicFile(files, folder.resolve(name));
    }

    /** Room on the file system that holds the folder. */
    public StoreFiles.Space space() throws IOException {
        return files.space(folder);
    }

    /** Where the log ended at the last clean stop; null if the last stop was not clean. */
    public @Nullable Long cleanEnd() throws IOException {
        Properties found = read(cleanStop);
        String end = found == null ? null : found.getProperty("end");
        if (end == null) {
            return null;
        }
        try {
            return Long.valueOf(end);
        } catch (NumberFormatException e) {
            throw new IOException("The file " + cleanStop.path() + " names '" + end + "' as the end of the log", e);
        }
    }

    /** Takes the mark of a clean stop away; to be called before the log is changed. */
    public void markInUse() throws IOException {
        cleanStop.delete();
    }

    /** Marks that the log was flushed up to its end and closed. */
    public void markCleanStop(long end) throws IOException {
        cleanStop.write(("end=" + end + "\n").getBytes(StandardCharsets.UTF_8));
    }

    /** Gives the lock back. */
    @Override
    public void close() throws IOException {
        lock.close();
    }

    private static @Nullable Properties read(AtomicFile file) throws IOException {
        byte[] content = file.read();
        if (content == null) {
            return null;
        }
        Properties properties = new Properties();
        properties.load(new StringReader(new String(content, StandardCharsets.UTF_8)));
        return properties;
    }
}
