package io.reliablemq.conformance.process;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;

/** A file system of its own, small enough to be filled. In memory; mounted on a folder, which takes the rights of root. */
public final class SmallDisk implements AutoCloseable {

    private static final int BLOCK_BYTES = 64 << 10;
    private static final String BALLAST = "ballast";

    private final Path folder;

    private SmallDisk(Path folder) {
        this.folder = folder;
    }

    /** Mounts it; the calling test is skipped where that is not allowed. */
    public static SmallDisk mount(Path folder, int megabytes) throws IOException {
        Files.createDirectories(folder);
        int exit;
        try {
            exit = run("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", folder.toString());
        } catch (IOException noSuchCommand) {
            exit = -1;
        }
        assumeTrue(exit == 0, "needs a disk that can be filled: mounting a tmpfs is not allowed here (it takes root)");
        SmallDisk disk = new SmallDisk(folder);
        AtExit.first(disk::close);
        return disk;
    }

    public Path folder() {
        return folder;
    }

    /** Takes room away until only so many bytes are left. */
    public void fillUpTo(long bytesLeft) throws IOException {
        byte[] block = new byte[BLOCK_BYTES];
        try (OutputStream out =
                Files.newOutputStream(folder.resolve(BALLAST), StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            while (usable() > bytesLeft) {
                out.write(block, 0, (int) Math.min(block.length, usable() - bytesLeft));
            }
        }
    }

    /** Gives the room back that was taken away. */
    public void free() throws IOException {
        Files.deleteIfExists(folder.resolve(BALLAST));
    }

    public long usable() throws IOException {
        return Files.getFileStore(folder).getUsableSpace();
    }

    @Override
    public void close() {
        try {
            // Lazily, so that a process that is about to die does not keep it.
            run("umount", "-l", folder.toString());
        } catch (IOException e) {
            throw new IllegalStateException("The file system at " + folder + " stays mounted", e);
        }
    }

    private static int run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException(String.join(" ", command) + " takes too long");
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Interrupted while waiting for " + String.join(" ", command), e);
        }
    }
}
