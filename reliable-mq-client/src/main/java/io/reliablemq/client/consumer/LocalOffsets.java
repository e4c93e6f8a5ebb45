package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The offsets of one member of a broadcasting group, in a folder of its own, see {@link OffsetFile}.
 *
 * <p>Thread-safe; {@code lock} guards the offsets, {@code writing} orders the writes, which run on the given executor: writing may
 * wait for the disk, and nobody else waits for it.
 */
final class LocalOffsets implements OffsetStore {

    private static final Logger log = LoggerFactory.getLogger(LocalOffsets.class);

    private final QueueBounds bounds;
    private final Executor executor;
    private final Duration mostToClose;
    private final OffsetFile file;
    private final FileChannel lockChannel;
    private final Object lock = new Object();
    /** Taken before {@code lock}. */
    private final Object writing = new Object();

    private final Map<Queue, Long> offsets;
    private boolean changed;
    private boolean writeAhead;
    private boolean ended;

    /**
     * @param mostToClose how long closing waits for the disk
     * @throws UncheckedIOException if the folder cannot be used, or the file in it is damaged
     * @throws IllegalStateException if another consumer uses the folder
     */
    LocalOffsets(Path folder, QueueBounds bounds, Executor executor, Duration mostToClose) {
        this.bounds = bounds;
        this.executor = executor;
        this.mostToClose = mostToClose;
        this.file = new OffsetFile(folder);
        try {
            Files.createDirectories(folder);
            this.lockChannel =
                    FileChannel.open(folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            requireAlone(folder);
            this.offsets = new HashMap<>(read());
        } catch (IOException e) {
            throw new UncheckedIOException("The offsets in " + folder + " cannot be used: " + e.getMessage(), e);
        }
    }

    /** Lets the folder go where it fails: whoever tries again is to hear the same reason. */
    private Map<Queue, Long> read() throws IOException {
        try {
            return file.read();
        } catch (IOException | RuntimeException e) {
            lockChannel.close();
            throw e;
        }
    }

    private void requireAlone(Path folder) throws IOException {
        FileLock held;
        try {
            held = lockChannel.tryLock();
        } catch (OverlappingFileLockException e) {
            held = null;
        }
        if (held == null) {
            lockChannel.close();
            throw new IllegalStateException("Another consumer keeps its offsets in " + folder
                    + "; give each consumer of a broadcasting group a folder of its own");
        }
    }

    @Override
    public CompletableFuture<Long> startOffset(Queue queue) {
        synchronized (lock) {
            Long known = offsets.get(queue);
            if (known != null) {
                return CompletableFuture.completedFuture(known);
            }
        }
        return bounds.firstOffset(queue)
                .thenCompose(start -> commitSurely(queue, start).thenApply(done -> start));
    }

    @Override
    public void commit(Queue queue, long offset) {
        synchronized (lock) {
            if (Long.valueOf(offset).equals(offsets.put(queue, offset)) && !changed) {
                return;
            }
            changed = true;
            if (writeAhead) {
                return;
            }
            writeAhead = true;
        }
        executor.execute(this::writeOrWarn);
    }

    private void writeOrWarn() {
        try {
            write();
        } catch (IOException e) {
            // Still in memory, and written with the next commit, if there is one.
            log.warn("The offsets could not be written to {}; messages may be received again", file, e);
        }
    }

    private void write() throws IOException {
        synchronized (writing) {
            Map<Queue, Long> now;
            synchronized (lock) {
                writeAhead = false;
                if (!changed || ended) {
                    return;
                }
                now = Map.copyOf(offsets);
                changed = false;
            }
            boolean written = false;
            try {
                file.write(now);
                written = true;
            } finally {
                if (!written) {
                    synchronized (lock) {
                        changed = true;
                    }
                }
            }
        }
    }

    @Override
    public CompletableFuture<Void> commitSurely(Queue queue, long offset) {
        synchronized (lock) {
            changed |= !Long.valueOf(offset).equals(offsets.put(queue, offset));
        }
        CompletableFuture<Void> done = new CompletableFuture<>();
        executor.execute(() -> {
            try {
                write();
                done.complete(null);
            } catch (IOException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Waits for the disk, but not for ever. The folder is free for another consumer when the disk has answered. */
    @Override
    public void close() {
        CompletableFuture<Void> end = CompletableFuture.runAsync(this::end, executor);
        try {
            end.get(mostToClose.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn(
                    "The offsets are not written to {} after {} ms, which are waited for no longer;"
                            + " messages may be received again",
                    file,
                    mostToClose.toMillis());
        } catch (ExecutionException e) {
            log.warn("The offsets could not be written to {}; messages may be received again", file, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The lock stays as long as a write may still come, which would undo what the next consumer has written. */
    private void end() {
        try {
            writeOrWarn();
        } finally {
            synchronized (writing) {
                synchronized (lock) {
                    ended = true;
                }
            }
            try {
                lockChannel.close();
            } catch (IOException e) {
                log.warn("The lock beside {} could not be given up", file, e);
            }
        }
    }
}
