package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.body;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.file.MachineStoppedException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.log.LogCorruptException;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is kept of a log that was damaged, once the operator chose to go on without the rest. */
class SalvageTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final Path LOG = Path.of("/data/log");
    private static final StoreSettings STRICT =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(8 << 10).withPreallocateBytes(4 << 10);
    private static final StoreSettings SALVAGE = STRICT.withRecovery(new StoreSettings.Recovery(false, true));
    private static final int MESSAGES = 200;

    private final List<Long> positions = new ArrayList<>();
    private SimulatedDisk disk = new SimulatedDisk();

    @BeforeEach
    void fill() throws Exception {
        LogMessageStore store = open(STRICT);
        for (int i = 0; i < MESSAGES; i++) {
            positions.add(put(store, message("orders", 0, "m" + i)).position());
        }
        disk = disk.copy();
        store.close();
    }

    private LogMessageStore open(StoreSettings settings) throws Exception {
        return LogMessageStore.open(settings, disk, Clock.SYSTEM, (where, error) -> {
            throw new AssertionError(where, error);
        });
    }

    private static Path segment(long base) {
        return LOG.resolve("%020d.log".formatted(base));
    }

    private void damage(long position, int bytes) throws Exception {
        long base = position / (8 << 10) * (8 << 10);
        byte[] content = disk.content(segment(base));
        int at = (int) (position - base);
        Arrays.fill(content, at, at + bytes, (byte) 0xA5);
        disk.replace(segment(base), content);
    }

    /** Reads whatever can be read, message by message. */
    private static TreeMap<Long, String> readable(LogMessageStore store) throws Exception {
        TreeMap<Long, String> found = new TreeMap<>();
        for (long offset = store.minOffset(QUEUE); offset < store.maxOffset(QUEUE); ) {
            MessageStore.Selection selection = store.select(QUEUE, offset, 10, 1 << 20, tag -> true);
            for (MessageStore.Entry entry : selection.entries()) {
                StoredMessage message = store.readAt(entry.position());
                assertThat(message).isNotNull();
                found.put(message.queueOffset(), body(message));
            }
            assertThat(selection.nextOffset()).isGreaterThan(offset);
            offset = selection.nextOffset();
        }
        return found;
    }

    private static TreeMap<Long, String> allBut(int... lost) {
        TreeMap<Long, String> all = new TreeMap<>();
        for (int i = 0; i < MESSAGES; i++) {
            all.put((long) i, "m" + i);
        }
        for (int offset : lost) {
            all.remove((long) offset);
        }
        return all;
    }

    private void checkSalvaged(TreeMap<Long, String> expected) throws Exception {
        try (LogMessageStore store = open(SALVAGE)) {
            assertThat(store.recovery().hasDamage()).isTrue();
            assertThat(readable(store)).isEqualTo(expected);
        }
        // Whatever is started later goes on without the choice, with and without the indexes.
        try (LogMessageStore store = open(STRICT)) {
            assertThat(readable(store)).isEqualTo(expected);
            assertThat(put(store, message("orders", 0, "new")).queueOffset()).isEqualTo(expected.lastKey() + 1);
        }
        for (Path file : disk.list(LOG)) {
            if (file.toString().endsWith(".index")) {
                disk.delete(file);
            }
        }
        expected.put(expected.lastKey() + 1, "new");
        try (LogMessageStore store = open(STRICT)) {
            assertThat(store.recovery().hasDamage()).isTrue();
            assertThat(readable(store)).isEqualTo(expected);
        }
    }

    @Test
    void makesTheIndexOfASalvagedSegmentAgainWhileTheStoreIsOpen() throws Exception {
        damage(positions.get(10) + 50, 3);
        for (Path file : disk.list(LOG)) {
            if (!file.toString().endsWith(".log")) {
                disk.delete(file);
            }
        }
        Path index = LOG.resolve("%020d.index".formatted(0));
        try (LogMessageStore store = open(SALVAGE)) {
            await("the index file").until(() -> disk.exists(index));
            byte[] first = disk.content(index);
            disk.delete(index);

            assertThat(store.verifyIndexes(0)).isFalse();
            await("the index file again").until(() -> disk.exists(index) && store.verifyIndexes(0));
            assertThat(disk.content(index)).isEqualTo(first);
            assertThat(readable(store)).isEqualTo(allBut(10));
        }
    }

    @Test
    void keepsEveryWholeRecordOfADamagedSegment() throws Exception {
        damage(positions.get(10) + 50, 3);
        damage(positions.get(12) - 20, 100);
        try (LogMessageStore known = open(STRICT)) {
            // The indexes of ended segments are taken as they are; the damage is where messages are read.
            assertThatThrownBy(() -> readable(known)).isInstanceOfAny(java.io.IOException.class, AssertionError.class);
        } catch (LogCorruptException e) {
            assertThat(e).hasMessageContaining("recovery=salvage");
        }

        checkSalvaged(allBut(10, 12));
        List<Path> aside = disk.list(Path.of("/data/damaged"));
        assertThat(aside).hasSize(2);
        byte[] bytes = disk.content(aside.get(0));
        assertThat(bytes).hasSize((int) (positions.get(11) - positions.get(10)));
        assertThat(Arrays.copyOfRange(bytes, 32 + 50, 32 + 53)).containsOnly(0xA5);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 20, 40, 150})
    void fullVerificationFindsDamageAnywhere(int message) throws Exception {
        // Once, so that all ended segments are indexed.
        open(STRICT).close();
        damage(positions.get(message) + 40, 1);

        assertThatThrownBy(() -> open(STRICT.withRecovery(new StoreSettings.Recovery(true, false))))
                .isInstanceOf(LogCorruptException.class)
                .hasMessageContaining("Nothing was changed");
        checkSalvaged(allBut(message));
    }

    @Test
    void goesOnBehindASegmentWhoseEndIsGone() throws Exception {
        byte[] content = disk.content(segment(8 << 10));
        disk.replace(segment(8 << 10), Arrays.copyOf(content, 4000));
        int firstLost = -1;
        int lastLost = -1;
        for (int i = 0; i < MESSAGES; i++) {
            long position = positions.get(i);
            long end = i + 1 < MESSAGES ? positions.get(i + 1) - 32 : position;
            if (position >= 8 << 10 && position < 16 << 10 && end > (8 << 10) + 4000) {
                firstLost = firstLost < 0 ? i : firstLost;
                lastLost = i;
            }
        }
        assertThatThrownBy(() -> open(STRICT)).isInstanceOf(LogCorruptException.class);

        checkSalvaged(allBut(
                java.util.stream.IntStream.rangeClosed(firstLost, lastLost).toArray()));
    }

    @Test
    void goesOnBehindAMissingSegment() throws Exception {
        disk.delete(segment(8 << 10));
        int[] lost = java.util.stream.IntStream.range(0, MESSAGES)
                .filter(i -> positions.get(i) >= 8 << 10 && positions.get(i) < 16 << 10)
                .toArray();
        assertThatThrownBy(() -> open(STRICT)).isInstanceOf(LogCorruptException.class);

        checkSalvaged(allBut(lost));
    }

    /** The records of one force say of each other nothing, so what is known of their end is all that speaks for them. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void keepsWhatSharedAForceWithADamagedRecord(boolean stoppedCleanly) throws Exception {
        List<Long> batch = new ArrayList<>();
        try (LogMessageStore store = open(STRICT)) {
            CompletableFuture<AppendResult> stored = new CompletableFuture<>();
            store.appendBatch(
                    List.of(message("orders", 0, "m200"), message("orders", 0, "m201"), message("orders", 0, "m202")),
                    stored::complete);
            stored.get(20, TimeUnit.SECONDS);
            store.select(QUEUE, 200, 3, 1 << 20, tag -> true).entries().forEach(entry -> batch.add(entry.position()));
            if (!stoppedCleanly) {
                disk = disk.copy();
            }
        }
        damage(batch.get(1) + 50, 3);
        if (stoppedCleanly) {
            assertThatThrownBy(() -> open(STRICT)).isInstanceOf(LogCorruptException.class);
        }

        TreeMap<Long, String> expected = allBut();
        expected.put(200L, "m200");
        expected.put(202L, "m202");
        checkSalvaged(expected);
        assertThat(disk.list(Path.of("/data/damaged"))).hasSize(1);
    }

    @Test
    void goesOnBeforeALastRecordThatIsGone() throws Exception {
        open(STRICT).close();
        damage(positions.get(MESSAGES - 1) + 50, 3);
        assertThatThrownBy(() -> open(STRICT)).isInstanceOf(LogCorruptException.class);

        checkSalvaged(allBut(MESSAGES - 1));
        assertThat(disk.list(Path.of("/data/damaged"))).hasSize(1);
    }

    /** What the records of a copy say of a flush is its master's word, so what is known of its own is a note alone. */
    @Test
    @Timeout(30)
    void goesOnBeforeALastRecordThatIsGoneFromACopy() throws Exception {
        StoreSettings copy = STRICT.withReplication(StoreSettings.Replication.COPY);
        open(copy).close();
        damage(positions.get(MESSAGES - 1) + 50, 3);
        assertThatThrownBy(() -> open(copy)).isInstanceOf(LogCorruptException.class);

        long end = positions.get(MESSAGES - 1) - 32;
        try (LogMessageStore store = open(copy.withRecovery(new StoreSettings.Recovery(false, true)))) {
            assertThat(store.recovery().hasDamage()).isTrue();
            assertThat(store.positions().written()).isEqualTo(end);
            assertThat(store.copy().promised()).isLessThanOrEqualTo(end);
        }
        try (LogMessageStore store = open(copy)) {
            assertThat(store.positions().written()).isEqualTo(end);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnWhereTheNewestSegmentWas(boolean isMissing) throws Exception {
        open(STRICT).close();
        List<Path> segments = disk.list(LOG).stream()
                .filter(file -> file.toString().endsWith(".log"))
                .toList();
        Path newest = segments.get(segments.size() - 1);
        long base = Long.parseLong(newest.getFileName().toString().substring(0, 20));
        if (isMissing) {
            disk.delete(newest);
        } else {
            byte[] garbled = disk.content(newest).clone();
            Arrays.fill(garbled, (byte) 0xA5);
            disk.replace(newest, garbled);
        }
        int[] lost = java.util.stream.IntStream.range(0, MESSAGES)
                .filter(i -> positions.get(i) >= base)
                .toArray();
        assertThat(lost).isNotEmpty();
        assertThatThrownBy(() -> open(STRICT)).isInstanceOf(LogCorruptException.class);

        checkSalvaged(allBut(lost));
        assertThat(disk.list(Path.of("/data/damaged"))).hasSize(isMissing ? 0 : 1);
    }

    /** Most disks that fail do not read wrong bytes: they read none. */
    @Test
    void keepsEveryRecordThatTheDiskCanRead() throws Exception {
        open(STRICT).close();
        for (Path file : disk.list(LOG)) {
            if (!file.toString().endsWith(".log")) {
                disk.delete(file);
            }
        }
        disk.loseBlock(segment(8 << 10), 4096);
        int[] lost = java.util.stream.IntStream.range(0, MESSAGES - 1)
                .filter(i -> positions.get(i) - 32 < (16 << 10) && positions.get(i + 1) - 32 > (12 << 10))
                .filter(i -> positions.get(i) >= 8 << 10)
                .toArray();
        assertThatThrownBy(() -> open(STRICT))
                .isInstanceOf(LogCorruptException.class)
                .hasMessageContaining(segment(8 << 10).toString())
                .hasMessageContaining("recovery=salvage");

        checkSalvaged(allBut(lost));
    }

    /** Larger than what is read at once, so that the block is met before all of its record is asked for. */
    @Test
    void keepsWhatStandsBehindALargeRecordThatTheDiskCannotRead() throws Exception {
        StoreSettings large = StoreSettings.in(Path.of("/large")).withPreallocateBytes(0);
        QueueKey queue = new QueueKey("orders", 0);
        Path first = Path.of("/large/log").resolve("%020d.log".formatted(0));
        long at;
        try (LogMessageStore store = open(large)) {
            put(store, message("orders", 0, "before"));
            at = put(store, message("orders", 0, "x".repeat(3 << 20))).position();
            put(store, message("orders", 0, "behind"));
        }
        disk.loseBlock(first, Math.toIntExact(at) + (400 << 10));
        assertThatThrownBy(() -> open(large)).isInstanceOf(LogCorruptException.class);

        open(large.withRecovery(new StoreSettings.Recovery(false, true))).close();
        try (LogMessageStore store = open(large)) {
            assertThat(store.maxOffset(queue)).isEqualTo(3);
            assertThat(body(store.readAt(queue, 0))).isEqualTo("before");
            assertThat(body(store.readAt(queue, 2))).isEqualTo("behind");
        }
    }

    @Test
    void aLastRecordThatTheDiskCannotReadIsNoTornTail() throws Exception {
        StoreSettings single = StoreSettings.in(Path.of("/single")).withPreallocateBytes(0);
        Path first = Path.of("/single/log").resolve("%020d.log".formatted(0));
        SimulatedDisk killed;
        try (LogMessageStore store = LogMessageStore.open(single, disk, new ManualClock(), (where, error) -> {})) {
            put(store, message("orders", 0, "acknowledged"));
            killed = disk.copy();
        }
        disk = killed;
        disk.loseBlock(first, 100);
        assertThatThrownBy(() -> open(single))
                .isInstanceOf(LogCorruptException.class)
                .hasMessageContaining("cannot read");

        try (LogMessageStore store = open(single.withRecovery(new StoreSettings.Recovery(false, true)))) {
            assertThat(store.recovery().hasDamage()).isTrue();
        }
        open(single).close();
    }

    /** A crash may come at any step; the next start does what was not done, or finds that it was done. */
    @Test
    void mayBeStoppedAtAnyStep() throws Exception {
        open(STRICT).close();
        damage(positions.get(10) + 50, 3);
        damage(positions.get(MESSAGES - 2) + 50, 3);
        damage(positions.get(MESSAGES - 1) + 50, 3);
        SimulatedDisk damaged = disk;
        TreeMap<Long, String> expected = allBut(10, MESSAGES - 2, MESSAGES - 1);
        boolean stopped = true;
        for (int operations = 0; stopped; operations++) {
            disk = damaged.copy();
            disk.stopAfter(operations, 0);
            try {
                LogMessageStore.open(SALVAGE, disk, new ManualClock(), (where, error) -> {})
                        .close();
            } catch (IOException | UncheckedIOException | MachineStoppedException e) {
                assertThat(disk.isStopped()).isTrue();
            }
            stopped = disk.isStopped();
            disk = disk.crash(new Random(operations));
            try (LogMessageStore store = open(SALVAGE)) {
                assertThat(readable(store)).as("stopped after %d", operations).isEqualTo(expected);
            }
        }
    }

    @Test
    void changesNothingInASoundLog() throws Exception {
        byte[] before = disk.content(segment(0));
        try (LogMessageStore store = open(SALVAGE)) {
            assertThat(store.recovery().hasDamage()).isFalse();
            assertThat(readable(store)).isEqualTo(allBut());
        }
        assertThat(disk.content(segment(0))).isEqualTo(before);
        assertThat(disk.list(Path.of("/data/damaged"))).isEmpty();
    }

    @Test
    void damageToABodyIsNeverDelivered() throws Exception {
        String body = "m20";
        long bodyAt = positions.get(20) + 88;
        long base = bodyAt / (8 << 10) * (8 << 10);
        try (LogMessageStore ignored = open(STRICT)) {
            // Without them the next start reads the segment, and finds the damage then.
            for (String suffix : List.of(".index", ".keys")) {
                Path index = LOG.resolve("%020d%s".formatted(base, suffix));
                await().until(() -> disk.list(LOG).contains(index));
            }
        }
        byte[] content = disk.content(segment(base));
        assertThat(new String(content, (int) (bodyAt - base), body.length(), java.nio.charset.StandardCharsets.UTF_8))
                .isEqualTo(body);
        damage(bodyAt, 1);
        try (LogMessageStore store = open(STRICT)) {
            MessageStore.Selection selection = store.select(QUEUE, 20, 1, 1 << 20, tag -> true);
            assertThatThrownBy(() -> store.read(selection, java.nio.ByteBuffer.allocate(selection.totalBytes())))
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessageContaining("does not match its checksum");
            MessageStore.Selection next = store.select(QUEUE, 21, 1, 1 << 20, tag -> true);
            store.read(next, java.nio.ByteBuffer.allocate(next.totalBytes()));
        }
    }
}
