package io.reliablemq.broker.store.index;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A read at the start of a broker, which cannot be told to come again in a moment: where it meets a damaged index file, it
 * waits until that has been made again and begins anew. So it must be one that can be begun anew. Not for the thread that
 * makes the files.
 */
public final class PatientRead {

    /** So many damaged files are met at most: whatever is wrong then, waiting does not mend it. */
    private static final int MAX_REPAIRS = 1_000;

    /** For one file. Its segment is read for it, behind all others that wait for the same. */
    private static final Duration MAX_WAIT = Duration.ofMinutes(2);

    /** Reads. */
    @FunctionalInterface
    public interface Read<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /** Reads, and leaves what was found where it belongs. */
    @FunctionalInterface
    public interface Step {
        void run() throws IOException;
    }

    /** @throws IOException if the log or an index cannot be read, or a file cannot be made again */
    public static void run(Step step) throws IOException {
        of(() -> {
            step.run();
            return true;
        });
    }

    /** @throws IOException if the log or an index cannot be read, or a file cannot be made again */
    public static <T extends @Nullable Object> T of(Read<T> read) throws IOException {
        for (int repairs = 0; ; repairs++) {
            try {
                return read.run();
            } catch (UncheckedIOException e) {
                awaitRepair(Objects.requireNonNull(e.getCause()), repairs);
            } catch (IOException e) {
                awaitRepair(e, repairs);
            }
        }
    }

    private static void awaitRepair(IOException failure, int repairs) throws IOException {
        if (!(failure instanceof IndexDamagedException damaged) || repairs == MAX_REPAIRS) {
            throw failure;
        }
        CompletableFuture<Void> repaired = damaged.repaired().toCompletableFuture();
        if (repaired.isCompletedExceptionally()) {
            throw failure;
        }
        try {
            repaired.get(MAX_WAIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            // Read once more: what is said then tells the operator what to do.
            return;
        } catch (TimeoutException e) {
            failure.addSuppressed(e);
            throw failure;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("Interrupted while an index file was made again");
        }
    }

    private PatientRead() {}
}
