package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
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
        return new LocalOffsets(folder, null, disk);
    }

    /** A pipe that nobody reads yet stands for a disk that hangs. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void nobodyWaitsForADiskThatHangs() throws Exception {
        Path pipe = folder.resolve("offsets.next");
        LocalOffsets offsets = offsets();
        assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor())
                .isZero();
        offsets.commit(QUEUE, 5);
        await().until(() -> Arrays.stream(writer.getStackTrace())
                .anyMatch(frame -> frame.getClassName().equals(OffsetFile.class.getName())));

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
            // Out of the way before it is read, or the next write may find it too.
            Files.readAllBytes(Files.move(pipe, folder.resolve("pipe")));
        }
        surely.get(5, TimeUnit.SECONDS);
        offsets.close();
        LocalOffsets again = offsets();
        assertThat(again.startOffset(QUEUE).join()).isEqualTo(7);
        again.close();
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
