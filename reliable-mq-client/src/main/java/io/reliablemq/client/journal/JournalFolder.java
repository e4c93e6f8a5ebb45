package io.reliablemq.client.journal;

import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** The files of a journal, in a folder that one process at a time may use. */
class JournalFolder implements AutoCloseable {

    private static final String SUFFIX = ".journal";

    private final Path folder;
    private final FileChannel lockFile;

    /** @throws IOException if the folder cannot be used, or is used by another */
    JournalFolder(Path folder) throws IOException {
        this.folder = folder;
        Files.createDirectories(folder);
        this.lockFile = FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        if (!isMine()) {
            lockFile.close();
            throw new IOException("The journal folder " + folder
                    + " is in use; give each process, and each journal in it, a folder of its own");
        }
    }

    private boolean isMine() throws IOException {
        try {
            FileLock lock = lockFile.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    Path folder() {
        return folder;
    }

    /** The numbers of the files, ascending. */
    List<Long> files() throws IOException {
        try (Stream<Path> paths = Files.list(folder)) {
            return paths.map(path -> path.getFileName().toString())
                    .filter(name -> name.matches("\\d{20}\\" + SUFFIX))
                    .map(name -> Long.valueOf(name.substring(0, name.length() - SUFFIX.length())))
                    .sorted()
                    .toList();
        }
    }

    Path path(long file) {
        return folder.resolve("%020d".formatted(file) + SUFFIX);
    }

    ByteBuffer read(long file) throws IOException {
        return ByteBuffer.wrap(Files.readAllBytes(path(file)));
    }

    /** Makes a file that does not exist, so that it is there after a crash too. */
    JournalFile create(long file) throws IOException {
        Path path = Files.createFile(path(file));
        force();
        return JournalFile.of(new FileOutputStream(path.toFile()));
    }

    void delete(long file) throws IOException {
        Files.deleteIfExists(path(file));
    }

    /** Keeps bytes that make no record, in a file of their own. */
    Path keepAside(long file, ByteBuffer bytes) throws IOException {
        Path aside = folder.resolve("%020d.unreadable".formatted(file));
        try (FileChannel channel = FileChannel.open(
                aside, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        return aside;
    }

    /** Makes the names of files survive a crash, whether or not the thread is interrupted: there is none but a channel for it. */
    private void force() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (!forceNames()) {
                interrupted |= Thread.interrupted();
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** @return false if the thread was interrupted meanwhile */
    private boolean forceNames() throws IOException {
        try (FileChannel names = FileChannel.open(folder, StandardOpenOption.READ)) {
            names.force(true);
            return true;
        } catch (ClosedByInterruptException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        lockFile.close();
    }
}
