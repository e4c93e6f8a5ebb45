package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.append;
import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.body;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static io.reliablemq.broker.store.TestMessages.tagged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.broker.store.file.FolderInUseException;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store on the real disk. */
class LogMessageStoreTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);

    @TempDir
    Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<LogMessageStore> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (LogMessageStore store : opened) {
            store.close();
        }
        assertThat(errors).isEmpty();
    }

    private LogMessageStore open() throws Exception {
        return open(StoreSettings.in(folder));
    }

    private LogMessageStore open(StoreSettings settings) throws Exception {
        LogMessageStore store =
                LogMessageStore.open(settings, new DiskFiles(), Clock.SYSTEM, (where, error) -> errors.add(error));
        opened.add(store);
        return store;
    }

    @ParameterizedTest
    @EnumSource(FlushDiskType.class)
    void findsAfterRestartWhatWasStored(FlushDiskType type) throws Exception {
        StoreSettings settings = StoreSettings.in(folder).withFlushDiskType(type);
        LogMessageStore store = open(settings);
        for (int i = 0; i < 100; i++) {
            AppendResult result = put(store, message("orders", i % 3, "m" + i));
            assertThat(result.status()).isEqualTo(Status.COMMITTED);
            assertThat(result.queueOffset()).isEqualTo(i / 3);
        }
        long end = store.positions().written();
        store.close();

        LogMessageStore again = open(settings);

        assertThat(again.recovery().cleanStop()).isTrue();
        assertThat(again.recovery().records()).isEqualTo(100);
        assertThat(again.recovery().hasCutTail()).isFalse();
        assertThat(again.positions().written()).isEqualTo(end);
        assertThat(again.queues()).hasSize(3);
        assertThat(bodies(again, QUEUE))
                .hasSize(34)
                .startsWith("m0", "m3", "m6")
                .endsWith("m99");
        assertThat(put(again, message("orders", 0, "more")).queueOffset()).isEqualTo(34);
    }

    @Test
    void asynchronousFlushDoesNotWaitForTheIntervalWhenMuchIsWritten() throws Exception {
        LogMessageStore store = open(StoreSettings.in(folder)
                .withFlushDiskType(FlushDiskType.ASYNC_FLUSH)
                .withFlushInterval(Duration.ofHours(1))
                .withFlushBytes(64 << 10));
        put(store, message("orders", 0, "little"));
        assertThat(store.positions().flushed()).isZero();

        put(store, message("orders", 0, new byte[64 << 10], Map.of()));

        long end = store.positions().written();
        await().untilAsserted(() -> assertThat(store.positions().flushed()).isEqualTo(end));
        put(store, message("orders", 0, "little again"));
        assertThat(store.positions().flushed()).isEqualTo(end);
    }

    @Test
    void readsByPositionAndByOffset() throws Exception {
        LogMessageStore store = open();
        put(store, message("orders", 0, "first"));
        AppendResult second = put(store, tagged("orders", 0, "second", "paid"));

        StoredMessage byPosition = store.readAt(second.position());
        StoredMessage byOffset = store.readAt(QUEUE, 1);

        assertThat(byPosition).isNotNull();
        assertThat(body(byPosition)).isEqualTo("second");
        assertThat(byPosition.position()).isEqualTo(second.position());
        assertThat(byPosition.tag()).isEqualTo("paid");
        assertThat(byPosition.storeTimestamp()).isPositive();
        assertThat(byOffset).isNotNull();
        assertThat(body(byOffset)).isEqualTo("second");
        assertThat(store.readAt(QUEUE, 2)).isNull();
        assertThat(store.readAt(second.position() + 1)).isNull();
        assertThat(store.readAt(1 << 20)).isNull();
        assertThat(store.readAt(-5)).isNull();
    }

    @Test
    void selectsByTagAndWithinBounds() throws Exception {
        LogMessageStore store = open();
        for (int i = 0; i < 10; i++) {
            put(store, tagged("orders", 0, "m" + i, i % 2 == 0 ? "even" : "odd"));
        }
        int even = "even".hashCode();

        MessageStore.Selection some = store.select(QUEUE, 1, 2, 1 << 20, tag -> tag == even);
        MessageStore.Selection tiny = store.select(QUEUE, 3, 10, 1, tag -> true);
        MessageStore.Selection none = store.select(QUEUE, 0, 10, 1 << 20, tag -> false);

        assertThat(some.entries()).hasSize(2);
        assertThat(some.nextOffset()).isEqualTo(6);
        assertThat(tiny.entries()).hasSize(1);
        assertThat(tiny.nextOffset()).isEqualTo(4);
        assertThat(none.entries()).isEmpty();
        assertThat(none.nextOffset()).isEqualTo(10);
        assertThat(store.select(new QueueKey("nobody", 7), 0, 1, 1, tag -> true).entries())
                .isEmpty();
    }

    @Test
    void storesABatchWithConsecutiveOffsets() throws Exception {
        LogMessageStore store = open();
        put(store, message("orders", 0, "before"));
        CompletableFuture<AppendResult> result = new CompletableFuture<>();

        store.appendBatch(
                List.of(message("orders", 0, "a"), message("orders", 0, "b"), message("orders", 0, "c")),
                result::complete);

        assertThat(result.get(20, TimeUnit.SECONDS).queueOffset()).isEqualTo(1);
        assertThat(bodies(store, QUEUE)).containsExactly("before", "a", "b", "c");
        assertThatThrownBy(() -> store.appendBatch(List.of(message("x", 0, "a"), message("x", 1, "b")), ignored -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("one queue");
    }

    @Test
    void refusesASecondOpeningOfTheFolder() throws Exception {
        LogMessageStore store = open();

        assertThatThrownBy(this::open).isInstanceOf(FolderInUseException.class).hasMessageContaining(folder.toString());

        store.close();
        assertThat(open().recovery().cleanStop()).isTrue();
    }

    @Test
    void refusesAMessageThatFitsIntoNoSegment() throws Exception {
        LogMessageStore store = open(StoreSettings.in(folder).withSegmentBytes(4096));

        assertThatThrownBy(() -> append(store, message("orders", 0, "x".repeat(4000))))
                .isInstanceOf(MessageFormatException.class)
                .hasMessageContaining("do not fit into a log segment of 4096 bytes");
        assertThat(put(store, message("orders", 0, "x".repeat(3900))).status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void tellsListenersOfArrivals() throws Exception {
        LogMessageStore store = open();
        CompletableFuture<String> heard = new CompletableFuture<>();
        store.onArrival((queue, maxOffset) -> heard.complete(queue.topic() + " " + maxOffset));

        put(store, message("orders", 0, "x"));

        assertThat(heard.get(20, TimeUnit.SECONDS)).isEqualTo("orders 1");
    }

    @Test
    void remembersOriginsOfCopies() throws Exception {
        LogMessageStore store = open();
        AppendResult original = put(store, message("orders", 0, "x"));
        long before = store.positions().committed();
        CompletableFuture<AppendResult> copied = new CompletableFuture<>();
        store.append(message("retry", 0, "x"), original.position(), copied::complete);
        AppendResult copy = copied.get(20, TimeUnit.SECONDS);
        store.close();

        LogMessageStore again = open();
        List<String> seen = new ArrayList<>();
        again.forEachOrigin(0, (origin, position) -> seen.add(origin + "->" + position));
        again.forEachOrigin(before, (origin, position) -> seen.add(origin + "->" + position));
        again.forEachOrigin(again.positions().committed(), (origin, position) -> seen.add("none"));

        String expected = original.position() + "->" + copy.position();
        assertThat(seen).containsExactly(expected, expected);
    }

    @Test
    void refusesAppendsAfterClose() throws Exception {
        LogMessageStore store = open();
        put(store, message("orders", 0, "x"));
        store.close();

        assertThat(put(store, message("orders", 0, "y")).status()).isEqualTo(Status.CLOSED);
        assertThat(store.failure()).contains("closed");
        assertThatThrownBy(store::flush).hasMessageContaining("closed");
    }

    @ParameterizedTest
    @EnumSource(FlushDiskType.class)
    void flushReturnsOnceEverythingCommittedIsOnDisk(FlushDiskType type) throws Exception {
        LogMessageStore store =
                open(StoreSettings.in(folder).withFlushDiskType(type).withFlushInterval(java.time.Duration.ofHours(1)));
        put(store, message("orders", 0, "x"));
        long committed = store.positions().committed();

        store.flush();

        assertThat(store.positions().flushed()).isGreaterThanOrEqualTo(committed);
    }

    @Test
    void rollsThroughManySegmentsAndFindsEverythingAgain() throws Exception {
        StoreSettings settings = StoreSettings.in(folder).withSegmentBytes(64 << 10);
        LogMessageStore store = open(settings);
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            sent.add("message-" + i + "-" + "x".repeat(i % 300));
            results.add(append(store, message("orders", 0, sent.get(i))));
        }
        for (CompletableFuture<AppendResult> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
        }
        assertThat(bodies(store, QUEUE)).isEqualTo(sent);
        store.close();

        LogMessageStore again = open(settings);

        assertThat(again.recovery().segments()).isGreaterThan(5);
        assertThat(bodies(again, QUEUE)).isEqualTo(sent);
    }
}
