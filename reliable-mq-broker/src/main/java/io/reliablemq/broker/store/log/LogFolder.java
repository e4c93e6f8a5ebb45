package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The names of the log's files: a segment is named by the position of its first byte, in 20 digits, so that names sort
 * as positions do; indexes stand beside it. Immutable.
 */
public final class LogFolder {

    private static final Pattern SEGMENT = Pattern.compile("\\d{20}\\.log");
    private static final int DIGITS = 20;

    private final StoreFiles files;
    private final Path folder;

    public LogFolder(StoreFiles files, Path folder) {
        this.files = files;
        this.folder = folder;
    }

    public StoreFiles files() {
        return files;
    }

    public Path folder() {
        return folder;
    }

    /** Where salvage puts what it takes out of the log. */
    Path damagedFolder() {
        return folder.resolveSibling("damaged");
    }

    public Path segment(long base) {
        return folder.resolve(String.format(Locale.ROOT, "%020d.log", base));
    }

    /** A file beside the segment, named like it but for the ending. */
    public Path beside(long base, String extension) {
        return folder.resolve(String.format(Locale.ROOT, "%020d.%s", base, extension));
    }

    /** The base positions of all segments, in order. */
    public List<Long> segmentBases() throws IOException {
        List<Long> bases = new ArrayList<>();
        for (Path file : files.list(folder)) {
            String name = file.getFileName().toString();
            if (SEGMENT.matcher(name).matches()) {
                bases.add(Long.parseLong(name.substring(0, DIGITS)));
            }
        }
        return bases;
    }

    /** Makes sure that all files which can be seen survive a crash. */
    void force() throws IOException {
        files.forceFolder(folder);
    }

    /** @throws IOException if the file cannot be read, or is damaged */
    LogGaps readGaps() throws IOException {
        AtomicFile file = gapsFile();
        byte[] content = file.read();
        try {
            return content == null ? LogGaps.NONE : LogGaps.decode(content);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw new IOException(
                    "The file " + file.path() + " is damaged: " + e.getMessage() + ". Restore it from a copy", e);
        }
    }

    void writeGaps(LogGaps gaps) throws IOException {
        gapsFile().write(gaps.encode());
    }

    private AtomicFile gapsFile() {
        return new AtomicFile(files, folder.resolve("gaps"));
    }

    /** Makes a segment's file, which survives a crash once this returns. */
    StoreFile createSegment(long base) throws IOException {
        StoreFile file = files.create(segment(base));
        try {
            files.forceFolder(folder);
        } catch (IOException | RuntimeException e) {
            // Nothing was written to it, and it would be in the way of the next attempt.
            try (file) {
                files.delete(segment(base));
            } catch (IOException | RuntimeException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
        return file;
    }

    /** Deletes a segment that was made just now, so that nothing stands beside it. */
    void withdrawSegment(long base) throws IOException {
        files.delete(segment(base));
        files.forceFolder(folder);
    }

    /** Deletes the files beside a segment, which are made again from it. */
    void deleteBeside(long base) throws IOException {
        for (Path file : allBeside(base)) {
            files.delete(file);
        }
        files.forceFolder(folder);
    }

    /** How many bytes the files beside a segment have. */
    long bytesBeside(long base) throws IOException {
        long bytes = 0;
        for (Path file : allBeside(base)) {
            try (StoreFile opened = files.openToRead(file)) {
                bytes += opened.size();
            }
        }
        return bytes;
    }

    private List<Path> allBeside(long base) throws IOException {
        Path segment = segment(base);
        String stem = segment.getFileName().toString().substring(0, DIGITS + 1);
        return files.list(folder).stream()
                .filter(file -> file.getFileName().toString().startsWith(stem) && !file.equals(segment))
                .toList();
    }

    /** Deletes a segment, and before it the files beside it, which mean nothing without it. */
    void deleteSegment(long base) throws IOException {
        deleteBeside(base);
        files.delete(segment(base));
        files.forceFolder(folder);
    }
}
