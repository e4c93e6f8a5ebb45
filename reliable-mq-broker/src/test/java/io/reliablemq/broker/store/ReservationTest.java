package io.reliablemq.broker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How much disk space is reserved ahead of what is written, and in which segment. */
class ReservationTest {

    private static final long SEGMENT_BYTES = 8L << 20;
    private static final long AHEAD_BYTES = 2L << 20;
    private static final int BODY_BYTES = 100_000;

    @TempDir
    Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final KeeperByHand keeper = new KeeperByHand();
    private LogMessageStore store;

    @BeforeEach
    void open() throws Exception {
        StoreSettings settings =
                StoreSettings.in(folder).withSegmentBytes(SEGMENT_BYTES).withPreallocateBytes(AHEAD_BYTES);
        store = LogMessageStore.open(
                settings, new DiskFiles(), Clock.SYSTEM, (where, error) -> errors.add(error), keeper);
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        assertThat(errors).isEmpty();
    }

    @Test
    void smallLogHasOneSegment() throws Exception {
        fillTo(AHEAD_BYTES / 2);

        assertThat(segment(0)).isGreaterThan(AHEAD_BYTES).isLessThan(2 * AHEAD_BYTES);
        assertThat(segmentFile(SEGMENT_BYTES)).doesNotExist();
    }

    @Test
    void nextSegmentIsReservedAsThisOneFills() throws Exception {
        fillTo(SEGMENT_BYTES / 2);

        assertThat(segment(SEGMENT_BYTES)).isBetween(SEGMENT_BYTES / 2, SEGMENT_BYTES - AHEAD_BYTES / 2);

        fillTo(SEGMENT_BYTES - 2 * BODY_BYTES);

        assertThat(segment(SEGMENT_BYTES)).isEqualTo(SEGMENT_BYTES);
    }

    @Test
    void nothingIsReservedInASegmentWhoseTurnHasCome() throws Exception {
        fillTo(SEGMENT_BYTES + AHEAD_BYTES / 2);
        keeper.step();

        assertThat(segment(SEGMENT_BYTES)).isEqualTo(SEGMENT_BYTES);
        assertThat(segmentFile(2 * SEGMENT_BYTES)).doesNotExist();
    }

    private void fillTo(long position) throws Exception {
        while (store.positions().written() < position) {
            AppendResult result =
                    TestMessages.put(store, TestMessages.message("orders", 0, new byte[BODY_BYTES], Map.of()));
            assertThat(result.status()).isEqualTo(Status.COMMITTED);
            keeper.step();
        }
    }

    private long segment(long base) throws IOException {
        return Files.size(segmentFile(base));
    }

    private Path segmentFile(long base) {
        return folder.resolve("log").resolve("%020d.log".formatted(base));
    }
}
