package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.append;
import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static io.reliablemq.broker.store.TestMessages.tagged;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.log.LogCorruptException;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What recovery keeps, cuts and refuses. */
class RecoveryTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final Path FIRST = Path.of("/data/log/00000000000000000000.log");
    private static final StoreSettings SETTINGS =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(8 << 10).withPreallocateBytes(4 << 10);

    /** Time stands still, so that nothing is noted of how far the log was flushed but what its records say. */
    private static LogMessageStore open(SimulatedDisk disk) throws Exception {
        return open(disk, new ManualClock());
    }

    private static LogMessageStore open(SimulatedDisk disk, Clock clock) throws Exception {
        return LogMessageStore.open(SETTINGS, disk, clock, (where, error) -> {
            throw new AssertionError(where, error);
        });
    }

    /** Positions of messages, and the disk as a kill leaves it. */
    private record Killed(SimulatedDisk disk, List<Long> positions, long end) {}

    private static Killed killedAfter(int messages) throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogMessageStore store = open(disk)) {
            List<Long> positions = new ArrayList<>();
            for (int i = 0; i < messages; i++) {
                // The tag stands at the end, so that the last byte is not zero.
                positions.add(put(store, tagged("orders", 0, "m" + i, "tag")).position());
            }
            return new Killed(disk.copy(), positions, store.positions().written());
        }
    }

    @Test
    void cutsATornLastRecordAtEveryByte() throws Exception {
        Killed killed = killedAfter(4);
        byte[] whole = killed.disk().content(FIRST);
        int start = Math.toIntExact(killed.positions().get(3)) - 32;
        for (int cut = start; cut < killed.end(); cut++) {
            byte[] torn = whole.clone();
            Arrays.fill(torn, cut, torn.length, (byte) 0);
            checkCut(killed.disk(), torn, cut > start);
            checkCut(killed.disk(), Arrays.copyOf(whole, cut), cut > start);
        }
    }

    @Test
    void cutsAGarbledLastRecordAtEveryByte() throws Exception {
        Killed killed = killedAfter(4);
        byte[] whole = killed.disk().content(FIRST);
        for (int at = Math.toIntExact(killed.positions().get(3)) - 32; at < killed.end(); at++) {
            byte[] garbled = whole.clone();
            garbled[at] ^= 0x55;
            checkCut(killed.disk(), garbled, true);
        }
    }

    private void checkCut(SimulatedDisk original, byte[] content, boolean somethingLeft) throws Exception {
        SimulatedDisk disk = original.copy();
        disk.replace(FIRST, content);
        try (LogMessageStore store = open(disk)) {
            assertThat(bodies(store, QUEUE)).containsExactly("m0", "m1", "m2");
            assertThat(store.recovery().records()).isEqualTo(3);
            // A tail of which only zeros were written cannot be told from space that was reserved.
            if (somethingLeft && store.recovery().hasCutTail()) {
                assertThat(store.recovery().cutRecords()).isEqualTo(1);
                assertThat(store.recovery().cutPosition())
                        .isEqualTo(store.recovery().end());
            }
            assertThat(put(store, message("orders", 0, "new")).queueOffset()).isEqualTo(3);
        }
        try (LogMessageStore again = open(disk)) {
            assertThat(again.recovery().hasCutTail()).isFalse();
            assertThat(bodies(again, QUEUE)).containsExactly("m0", "m1", "m2", "new");
        }
    }

    @Test
    void refusesDamageBeforeFlushedRecordsAndChangesNothing() throws Exception {
        Killed killed = killedAfter(4);
        byte[] whole = killed.disk().content(FIRST);
        int last = Math.toIntExact(killed.positions().get(3)) - 32;
        for (int at = 0; at < last; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x55;
            SimulatedDisk disk = killed.disk().copy();
            disk.replace(FIRST, damaged);

            assertThatThrownBy(() -> open(disk))
                    .as("byte %d", at)
                    .isInstanceOf(LogCorruptException.class)
                    .hasMessageContaining("damaged at position")
                    .hasMessageContaining(FIRST.toString());
            assertThat(disk.content(FIRST)).isEqualTo(damaged);
        }
    }

    @Test
    void cutsSeveralRecordsOfAnUnflushedBatch() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        LogMessageStore store = open(disk);
        put(store, message("orders", 0, "flushed"));
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        CompletableFuture<AppendResult> batch = new CompletableFuture<>();
        store.appendBatch(
                List.of(message("orders", 0, "a"), message("orders", 0, "b"), message("orders", 0, "c")),
                batch::complete);
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        SimulatedDisk killed = disk.copy();
        gate.countDown();
        long first = batch.get(20, TimeUnit.SECONDS).position();
        store.close();
        byte[] content = killed.content(FIRST);
        content[Math.toIntExact(first)] ^= 1;
        killed.replace(FIRST, content);

        try (LogMessageStore again = open(killed)) {
            assertThat(again.recovery().cutRecords()).isEqualTo(3);
            assertThat(again.recovery().cutPosition()).isEqualTo(first - 32);
            assertThat(bodies(again, QUEUE)).containsExactly("flushed");
            int from = Math.toIntExact(first) - 32;
            assertThat(killed.content(Objects.requireNonNull(again.recovery().cutAside())))
                    .isEqualTo(Arrays.copyOfRange(
                            content,
                            from,
                            from + Math.toIntExact(again.recovery().cutBytes())));
        }
    }

    @Test
    void cutsATornTailAlsoWhereThereIsNoRoomForACopyOfIt() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedDisk killed;
        long second;
        try (LogMessageStore store = open(disk)) {
            put(store, message("orders", 0, "whole"));
            second = putBatch(store, "a", "b", "c").position();
            killed = disk.copy();
        }
        byte[] content = killed.content(FIRST);
        content[Math.toIntExact(second)] ^= 1;
        killed.replace(FIRST, content);
        killed.setCapacity(killed.used() + 100);

        try (LogMessageStore again = open(killed)) {
            assertThat(bodies(again, QUEUE)).containsExactly("whole");
            assertThat(again.recovery().cutRecords()).isEqualTo(3);
            assertThat(again.recovery().cutAside()).isNull();
            assertThat(killed.list(Path.of("/data/damaged"))).isEmpty();
        }
    }

    /** Messages that shared a force say of each other's flush nothing; what was noted a second later does. */
    @Test
    void refusesDamageToTheLastFlushOnceThatWasNoted() throws Exception {
        ManualClock clock = new ManualClock();
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedDisk killed;
        long first;
        try (LogMessageStore store = open(disk, clock)) {
            first = putBatch(store, "a", "b", "c").position();
            long end = store.positions().flushed();
            Path note = Path.of("/data/committed");
            clock.pass(Duration.ofSeconds(2));
            await("the note")
                    .until(() -> disk.exists(note)
                            && new String(disk.content(note), StandardCharsets.UTF_8).contains("flushed=" + end));
            killed = disk.copy();
        }
        byte[] content = killed.content(FIRST);
        content[Math.toIntExact(first)] ^= 1;
        killed.replace(FIRST, content);

        assertThatThrownBy(() -> open(killed))
                .isInstanceOf(LogCorruptException.class)
                .hasMessageContaining("it is known that the log was flushed up to");
        assertThat(killed.content(FIRST)).isEqualTo(content);
    }

    private static AppendResult putBatch(LogMessageStore store, String... bodies) throws Exception {
        CompletableFuture<AppendResult> batch = new CompletableFuture<>();
        store.appendBatch(
                Arrays.stream(bodies).map(body -> message("orders", 0, body)).toList(), batch::complete);
        return batch.get(20, TimeUnit.SECONDS);
    }

    @Test
    void refusesALogThatIsShorterThanItsCleanStop() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        long last;
        try (LogMessageStore store = open(disk)) {
            put(store, message("orders", 0, "a"));
            last = put(store, message("orders", 0, "b")).position();
        }
        byte[] content = disk.content(FIRST);
        disk.replace(FIRST, Arrays.copyOf(content, Math.toIntExact(last)));

        assertThatThrownBy(() -> open(disk))
                .isInstanceOf(LogCorruptException.class)
                .hasMessageContaining("stopped cleanly");
    }

    private static List<String> fillSegments(LogMessageStore store) throws Exception {
        List<String> sent = new ArrayList<>();
        List<CompletableFuture<AppendResult>> results = new ArrayList<>();
        results.add(append(store, message("seldom", 5, "once")));
        for (int i = 0; i < 400; i++) {
            sent.add("message-" + i);
            results.add(append(store, message("orders", 0, sent.get(i))));
        }
        for (CompletableFuture<AppendResult> result : results) {
            assertThat(result.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
        }
        return sent;
    }

    @Test
    void rebuildsMissingAndDamagedIndexFiles() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        List<String> sent;
        try (LogMessageStore store = open(disk)) {
            sent = fillSegments(store);
        }
        // A second opening writes what the first had no time for.
        try (LogMessageStore store = open(disk)) {
            int ended = store.recovery().segments() - 1;
            await("all index files").until(() -> filesBeside(disk).size() == 3 * ended);
        }
        Map<Path, String> before = filesBeside(disk);
        List<Path> indexes = indexFiles(disk);
        assertThat(indexes).hasSizeGreaterThan(5);
        disk.delete(indexes.get(0));
        byte[] damaged = disk.content(indexes.get(2));
        damaged[70] ^= 1;
        disk.replace(indexes.get(2), damaged);
        disk.replace(indexes.get(4), Arrays.copyOf(disk.content(indexes.get(4)), 10));

        try (LogMessageStore store = open(disk)) {
            assertThat(store.recovery().indexesRebuilt()).isEqualTo(3);
            assertThat(bodies(store, QUEUE)).isEqualTo(sent);
            await("the files as they were").until(() -> filesBeside(disk).equals(before));
            assertThat(put(store, message("seldom", 5, "twice")).queueOffset()).isEqualTo(1);
        }
        try (LogMessageStore store = open(disk)) {
            assertThat(store.recovery().indexesRebuilt()).isZero();
            assertThat(bodies(store, QUEUE)).isEqualTo(sent);
            assertThat(bodies(store, new QueueKey("seldom", 5))).containsExactly("once", "twice");
        }
    }

    /** Files of all indexes, and what they hold. */
    private static Map<Path, String> filesBeside(SimulatedDisk disk) throws Exception {
        Map<Path, String> files = new TreeMap<>();
        for (Path file : disk.list(FIRST.getParent())) {
            if (file.toString().matches(".*\\.(index|keys|timers)")) {
                files.put(file, HexFormat.of().formatHex(disk.content(file)));
            }
        }
        return files;
    }

    private static List<Path> indexFiles(SimulatedDisk disk) {
        return disk.list(FIRST.getParent()).stream()
                .filter(file -> file.toString().endsWith(".index"))
                .toList();
    }

    @Test
    void refusesAMissingSegment() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogMessageStore store = open(disk)) {
            fillSegments(store);
        }
        disk.delete(Path.of("/data/log/00000000000000016384.log"));

        assertThatThrownBy(() -> open(disk))
                .isInstanceOf(LogCorruptException.class)
                .hasMessageContaining("00000000000000016384.log");
    }
}
