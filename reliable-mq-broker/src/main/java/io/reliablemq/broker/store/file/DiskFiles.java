package io.reliablemq.broker.store.file;

import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.stream.Stream;

/** The file system of this machine. */
public final class DiskFiles implements StoreFiles {

    /** There a folder cannot be opened, and need not be. */
    private static final boolean FOLDERS_CAN_BE_FORCED = File.separatorChar == '/';

    /**
     * Locks of this process, as system properties: those are the same for all class loaders. The operating system's locks
     * belong to the process: closing a second handle of a locked file would give the lock up, so a second attempt must
     * not even open it.
     */
    private static final Properties HELD_HERE = System.getProperties();

    private static final String HELD_PREFIX = "io.reliablemq.locked.";
    private static final int MAX_PID_LENGTH = 20;

    /** As many as 100 segments and what stands beside them have; well below the limit of open files that systems give. */
    private static final int MAX_READ_HANDLES = 512;

    private final ReadHandles handles;

    public DiskFiles() {
        this(new ReadHandles(MAX_READ_HANDLES));
    }

    DiskFiles(ReadHandles handles) {
        this.handles = handles;
    }

    @Override
    public StoreFile create(Path file) throws IOException {
        try {
            return DiskFile.open(
                    file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw DiskFile.fullOr(file, 0, e);
        }
    }

    @Override
    public StoreFile open(Path file) throws IOException {
        return DiskFile.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    @Override
    public StoreFile openToRead(Path file) throws IOException {
        return DiskFile.openToRead(file, handles);
    }

    @Override
    public boolean exists(Path file) {
        return Files.exists(file);
    }

    @Override
    public List<Path> list(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    @Override
    public void createFolder(Path folder) throws IOException {
        List<Path> missing = new ArrayList<>();
        for (Path at = folder.toAbsolutePath(); at != null && !Files.isDirectory(at); at = at.getParent()) {
            missing.add(at);
        }
        try {
            Files.createDirectories(folder);
        } catch (IOException e) {
            throw missing.isEmpty() ? e : DiskFile.fullOr(missing.get(missing.size() - 1), 0, e);
        }
        for (Path made : missing) {
            Path parent = made.getParent();
            if (parent != null) {
                forceFolder(parent);
            }
        }
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    @Override
    public void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    @Override
    public void forceFolder(Path folder) throws IOException {
        if (FOLDERS_CAN_BE_FORCED) {
            try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
                force(folder, channel);
            }
        }
    }

    private static void force(Path folder, FileChannel channel) throws IOException {
        try {
            channel.force(true);
        } catch (IOException e) {
            throw flushFailure(folder, e);
        }
    }

    /** Taken for a full disk only where the system says so: how much is free tells nothing of a flush. */
    static IOException flushFailure(Path folder, IOException failure) {
        return DiskFile.saysFull(failure)
                ? new DiskFullException(folder, failure)
                : new FolderFlushException(folder, failure);
    }

    @Override
    public Space space(Path folder) throws IOException {
        FileStore store = Files.getFileStore(folder);
        return new Space(store.getTotalSpace(), store.getUsableSpace());
    }

    @Override
    public FolderLock lock(Path file) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path key = (folder == null ? file.toAbsolutePath().getRoot() : folder)
                .toRealPath()
                .resolve(file.getFileName());
        if (HELD_HERE.putIfAbsent(HELD_PREFIX + key, "true") != null) {
            throw new FolderInUseException(key, "this process itself");
        }
        try {
            return lockAgainstOthers(key);
        } catch (IOException | RuntimeException e) {
            HELD_HERE.remove(HELD_PREFIX + key);
            throw e;
        }
    }

    private static FolderLock lockAgainstOthers(Path key) throws IOException {
        FileChannel channel =
                FileChannel.open(key, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            FileLock lock = channel.tryLock();
            if (lock == null) {
                throw new FolderInUseException(key, holder(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap(Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
        return () -> {
            channel.close();
            HELD_HERE.remove(HELD_PREFIX + key);
        };
    }

    /** Who holds the lock, as it wrote into the file; for an operator. */
    private static String holder(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(MAX_PID_LENGTH);
        channel.read(text, 0);
        String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII);
        return pid.matches("\\d+") ? "process " + pid : "another process";
    }
}
