package io.reliablemq.broker.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Messages that stand near each other, read in one go by several readers: a log of several segments and many windows. */
class NearMessagesTest {

    private static final int QUEUES = 6;
    private static final int MESSAGES = 9_000;
    private static final int MAX_BODY_BYTES = 2_000;

    @TempDir
    Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private LogMessageStore store;

    @BeforeEach
    void fill() throws Exception {
        StoreSettings settings = StoreSettings.in(folder)
                .withFlushDiskType(FlushDiskType.ASYNC_FLUSH)
                .withSegmentBytes(1_500_001);
        store = LogMessageStore.open(settings, new DiskFiles(), Clock.SYSTEM, (where, error) -> errors.add(error));
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        for (int i = 0; i < MESSAGES; i++) {
            results.add(TestMessages.append(store, TestMessages.message("orders", i % QUEUES, body(i), Map.of())));
        }
        for (CompletableFuture<AppendResult> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
        }
    }

    @AfterEach
    void close() throws Exception {
        store.close();
        assertThat(errors).isEmpty();
    }

    private static byte[] body(int number) {
        byte[] body = new byte[1 + new Random(number).nextInt(MAX_BODY_BYTES)];
        Arrays.fill(body, (byte) number);
        return body;
    }

    @Test
    void areWhatWasStoredWhoeverReadsThem() throws Exception {
        assertThat(store.positions().committed()).as("bytes of log").isGreaterThan(8_000_000);
        ExecutorService readers = Executors.newFixedThreadPool(4);
        try {
            List<Callable<Integer>> reads = new ArrayList<>();
            for (int queue = 0; queue < QUEUES; queue++) {
                int number = queue;
                reads.add(() -> readAll(number, 32));
                reads.add(() -> readAll(number, 5));
            }
            int read = 0;
            for (Future<Integer> reader : readers.invokeAll(reads)) {
                read += reader.get();
            }
            assertThat(read).isEqualTo(2 * MESSAGES);
        } finally {
            readers.shutdownNow();
        }
    }

    @Test
    void areFoundFromAnyOffsetOn() throws Exception {
        Random chance = new Random(1);
        for (int i = 0; i < 200; i++) {
            int queue = chance.nextInt(QUEUES);
            long offset = chance.nextInt(MESSAGES / QUEUES);
            assertThat(read(queue, offset, 1 + chance.nextInt(40))).isGreaterThan(offset);
        }
    }

    private int readAll(int queue, int most) throws Exception {
        long offset = 0;
        while (offset < store.maxOffset(new QueueKey("orders", queue))) {
            offset = read(queue, offset, most);
        }
        return (int) offset;
    }

    private long read(int queue, long offset, int most) throws Exception {
        Selection selection = store.select(new QueueKey("orders", queue), offset, most, 1 << 20, tag -> true);
        ByteBuffer bytes = ByteBuffer.allocateDirect(selection.totalBytes());
        store.read(selection, bytes);
        long next = offset;
        for (StoredMessage message : MessageLayout.decodeAll(bytes.flip())) {
            assertThat(message.queueOffset()).isEqualTo(next);
            assertThat(message.body()).isEqualTo(body((int) next * QUEUES + queue));
            next++;
        }
        return next;
    }
}
