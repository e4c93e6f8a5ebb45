package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.log.ChunkReader;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CopiedSegmentsTest {

    /** Larger than what is reserved in one step. */
    private static final int SEGMENT_BYTES = 4 << 20;

    /** So that the last chunk of a segment is a large one, and does not fill it. */
    private static final int MESSAGE_BYTES = 190_000;

    private static final ErrorSink ERRORS = (where, error) -> {
        throw new AssertionError(where, error);
    };

    private static StoreSettings settings() {
        return StoreSettings.in(Path.of("/data"))
                .withSegmentBytes(SEGMENT_BYTES)
                .withPreallocateBytes(4096);
    }

    /** By its length an opening knows that a segment is whole, and need not read it: a slave that is promoted has no time. */
    @Test
    void segmentsThatWereCopiedInLargeChunksHaveTheirFullLength() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogMessageStore master = LogMessageStore.open(settings(), new SimulatedDisk(), Clock.SYSTEM, ERRORS);
                LogMessageStore slave = LogMessageStore.open(
                        settings().withReplication(StoreSettings.Replication.COPY), disk, Clock.SYSTEM, ERRORS)) {
            for (int i = 0; i < 70; i++) {
                put(master, message("orders", 0, "x".repeat(MESSAGE_BYTES)));
            }
            long end = master.positions().written();
            CopiedLog copy = slave.copy();
            copy.adopt(master.feed().epochs());
            for (long position = 0; position < end; ) {
                ChunkReader.Read read =
                        Objects.requireNonNull(master.feed().chunks().read(position, end, 256 << 10));
                assertThat(copy.copy(read.chunk())).isEqualTo(read.next());
                copy.write();
                position = read.next();
            }
            await().until(() -> slave.positions().flushed() == end);
        }
        for (int i = 0; i < 3; i++) {
            assertThat(disk.content(Path.of("/data/log/%020d.log".formatted(i * SEGMENT_BYTES))))
                    .as("segment %d", i)
                    .hasSize(SEGMENT_BYTES);
        }
    }
}
