package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class LocalOffsetsTest {

    private static final Queue QUEUE = new Queue("T", "b", 0);

    @TempDir
    Path folder;

    private Thread writer;
    private final ExecutorService disk = Executors.newSingleThreadExecutor(task -> writer = new Thread(task));

    @AfterEach
    void stop() {
        disk.shutdownNow();
    }

    private LocalOffsets offsets() {
        return new LocalOffsets(folder, null, disk, Duration.ofMillis(200));
    }

    /** A pipe that nobody reads yet stands for a disk that hangs. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void nobodyWaitsForADiskThatHangs() throws Exception {
        LocalOffsets offsets = offsets();
        hangWith(offsets);

        CompletableFuture<Long> meanwhile = CompletableFuture.supplyAsync(() -> {
            offsets.commit(QUEUE, 6);
            return offsets.startOffset(QUEUE).join();
        });
        CompletableFuture<Void> surely = null;
        try {
            assertThat(meanwhile.get(5, TimeUnit.SECONDS)).isEqualTo(6);
            surely = offsets.commitSurely(QUEUE, 7);
            assertThat(surely).isNotDone();
        } finally {
            release();
        }
        surely.get(5, TimeUnit.SECONDS);
        offsets.close();
        LocalOffsets again = offsets();
        assertThat(again.startOffset(QUEUE).join()).isEqualTo(7);
        again.close();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void closingWaitsForADiskThatHangsNoLongerThanItMay() throws Exception {
        LocalOffsets offsets = offsets();
        hangWith(offsets);
        offsets.commit(QUEUE, 6);

        CompletableFuture<Void> closing = CompletableFuture.runAsync(offsets::close);

        try {
            closing.get(5, TimeUnit.SECONDS);
            assertThatThrownBy(this::offsets).as("a write may still come").isInstanceOf(IllegalStateException.class);
        } finally {
            release();
        }
        AtomicReference<LocalOffsets> again = new AtomicReference<>();
        await().ignoreExceptionsInstanceOf(IllegalStateException.class).until(() -> {
            again.set(offsets());
            return true;
        });
        assertThat(again.get().startOffset(QUEUE).join()).isEqualTo(6);
        again.get().close();
    }

    /** Returns when the write of an offset has begun, which does not end before {@link #release()}. */
    private void hangWith(LocalOffsets offsets) throws Exception {
        assertThat(new ProcessBuilder("mkfifo", folder.resolve("offsets.next").toString())
                        .start()
                        .waitFor())
                .isZero();
        offsets.commit(QUEUE, 5);
        await().until(() -> Arrays.stream(writer.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(OffsetFile.class.getName())));
    }

    private void release() throws IOException {
        // Out of the way before it is read, or the next write may find it too.
        Files.readAllBytes(Files.move(folder.resolve("offsets.next"), folder.resolve("pipe")));
    }

    @Test
    void saysEachTimeThatItsFileIsDamaged() throws Exception {
        Files.writeString(folder.resolve("offsets"), "no offsets at all");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::offsets)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining("damaged");
        }
    }
}
