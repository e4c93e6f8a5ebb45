package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.store.KeyQuery.Kind;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.IndexDamagedException;
import io.reliablemq.protocol.runtime.Clock;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Index files that are deleted or damaged come back from the log, at the next start and while the store is open. */
class IndexRepairTest {

    private static final Path LOG = Path.of("/data/log");
    private static final int MESSAGES = 200;
    private static final StoreSettings SETTINGS =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(8 << 10).withPreallocateBytes(4 << 10);

    private final SimulatedDisk disk = new SimulatedDisk();
    private final ConcurrentLinkedQueue<Throwable> errors = new ConcurrentLinkedQueue<>();

    private LogMessageStore open(SimulatedDisk files) throws Exception {
        return LogMessageStore.open(SETTINGS, files, Clock.SYSTEM, (where, error) -> errors.add(error));
    }

    private static String queue(int i) {
        // Queues that start late and that end early: their rows of the directories must be the same, too.
        return i % 3 == 0 ? "orders" : i < MESSAGES / 2 ? "early" : "late";
    }

    @BeforeEach
    void fill() throws Exception {
        try (LogMessageStore store = open(disk)) {
            for (int i = 0; i < MESSAGES; i++) {
                Map<String, String> properties = Map.of("KEYS", "k" + i + " k" + i % 7, "UNIQ_KEY", "id" + i);
                put(store, message(queue(i), i % 2, ("m" + i).getBytes(UTF_8), properties));
            }
        }
        try (LogMessageStore store = open(disk)) {
            int ended = store.recovery().segments() - 1;
            await("the files of all ended segments")
                    .until(() -> indexFiles(disk).size() == 2 * ended);
        }
        assertThat(indexFiles(disk)).hasSizeGreaterThanOrEqualTo(6);
    }

    private static List<Path> indexFiles(SimulatedDisk files) {
        return files.list(LOG).stream()
                .filter(file ->
                        file.toString().endsWith(".index") || file.toString().endsWith(".keys"))
                .toList();
    }

    private static Map<Path, String> contents(SimulatedDisk files) throws Exception {
        Map<Path, String> contents = new TreeMap<>();
        for (Path file : indexFiles(files)) {
            contents.put(file, HexFormat.of().formatHex(files.content(file)).replaceAll("(00){16,}", " zeros "));
        }
        return contents;
    }

    private static void assertAllIsThere(LogMessageStore store) throws Exception {
        List<String> all = new ArrayList<>();
        for (QueueKey queue : store.queues()) {
            all.addAll(bodies(store, queue));
        }
        assertThat(all).hasSize(MESSAGES).doesNotHaveDuplicates();
        for (int i = 0; i < MESSAGES; i++) {
            assertThat(keys(store, i)).as("message %d", i).isEqualTo(1);
        }
    }

    private static int keys(LogMessageStore store, int i) throws Exception {
        return store.query(new KeyQuery(queue(i), "id" + i, Kind.UNIQUE_ID, 10, 1 << 20, 0, Long.MAX_VALUE))
                .entries()
                .size();
    }

    @Test
    void anyOfTheFilesIsMadeAgainByteForByteAtTheNextStart() throws Exception {
        Map<Path, String> before = contents(disk);
        for (Path file : before.keySet()) {
            disk.delete(file);
            restartAndCompare(before);
        }
        before.keySet().forEach(disk::delete);
        restartAndCompare(before);
        assertThat(errors).isEmpty();
    }

    private void restartAndCompare(Map<Path, String> before) throws Exception {
        try (LogMessageStore store = open(disk)) {
            assertAllIsThere(store);
            await().until(() -> indexFiles(disk).size() == before.size());
        }
        assertThat(contents(disk)).isEqualTo(before);
    }

    @Test
    void aDamagedBlockIsMadeAgainWhileTheStoreIsOpen() throws Exception {
        for (Path file : indexFiles(disk)) {
            SimulatedDisk bad = disk.copy();
            byte[] content = bad.content(file);
            content[content.length - 4000] ^= 1;
            bad.replace(file, content);
            try (LogMessageStore store = open(bad)) {
                assertThat(store.damagedIndexFiles()).isZero();
                assertThat(readUntilDamage(store)).as("%s", file).isNotNull();
                assertAllIsThere(store);
                assertThat(store.damagedIndexFiles()).isEqualTo(1);
            }
            assertThat(contents(bad)).isEqualTo(contents(disk));
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void aFileThatCannotBeOpenedAgainForNowIsNotDamaged() throws Exception {
        for (Path file : indexFiles(disk)) {
            SimulatedDisk busy = disk.copy();
            try (LogMessageStore store = open(busy)) {
                busy.faults().arm(Operation.REOPEN, file::equals, 0, 1, 0);

                assertThatThrownBy(() -> assertAllIsThere(store))
                        .as("%s", file)
                        .satisfiesAnyOf(
                                failure -> assertThat(failure).isInstanceOf(NoHandleLeftException.class),
                                failure -> assertThat(failure).hasCauseInstanceOf(NoHandleLeftException.class));
                assertAllIsThere(store);
                assertThat(store.damagedIndexFiles()).isZero();
            }
        }
        assertThat(errors).isEmpty();
    }

    /** Reads all; waits for the repair of the damaged file that is met. */
    private static IndexDamagedException readUntilDamage(LogMessageStore store) throws Exception {
        try {
            assertAllIsThere(store);
            throw new AssertionError("No damage was met");
        } catch (UncheckedIOException e) {
            return repaired((IndexDamagedException) e.getCause());
        } catch (IndexDamagedException e) {
            return repaired(e);
        }
    }

    private static IndexDamagedException repaired(IndexDamagedException damaged) throws Exception {
        damaged.repaired().toCompletableFuture().get(10, TimeUnit.SECONDS);
        return damaged;
    }

    @Test
    void aBlockThatTheDiskDoesNotGiveBackIsMadeAgainWhileTheStoreIsOpen() throws Exception {
        for (Path file : indexFiles(disk)) {
            SimulatedDisk bad = disk.copy();
            try (LogMessageStore store = open(bad)) {
                bad.faults().arm(Operation.READ, file::equals, 0, 1, 0);
                assertThat(readUntilDamage(store)).as("%s", file).hasMessageContaining("Input/output error");
                assertAllIsThere(store);
                assertThat(store.damagedIndexFiles()).isEqualTo(1);
            }
            assertThat(contents(bad)).isEqualTo(contents(disk));
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void aFileThatTheDiskDoesNotGiveBackAtTheStartIsMadeAgain() throws Exception {
        for (Path file : indexFiles(disk)) {
            SimulatedDisk bad = disk.copy();
            bad.faults().arm(Operation.READ, file::equals, 0, 1, 0);
            try (LogMessageStore store = open(bad)) {
                assertAllIsThere(store);
                assertThat(store.recovery().indexesRebuilt()).as("%s", file).isEqualTo(1);
            }
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void verifyingFindsADeletedOrDamagedFileAndHasItMadeAgain() throws Exception {
        Map<Path, String> before = contents(disk);
        try (LogMessageStore store = open(disk)) {
            assertThat(store.verifyIndexes(0)).isTrue();
            Path index = indexFiles(disk).get(0);
            Path keys = indexFiles(disk).get(1);
            disk.delete(index);
            byte[] content = disk.content(keys);
            content[8] ^= 1;
            disk.replace(keys, content);

            assertThat(store.verifyIndexes(0)).isFalse();
            await().untilAsserted(() -> assertThat(contents(disk)).isEqualTo(before));
            await().until(() -> store.verifyIndexes(0));
            assertThat(store.damagedIndexFiles()).isEqualTo(2);
            assertThat(store.figures().read())
                    .filteredOn(figure -> figure.name().equals("reliable.mq.broker.index.damaged"))
                    .singleElement()
                    .satisfies(figure -> assertThat(figure.value()).isEqualTo(2));
            assertAllIsThere(store);
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void aFileThatCannotBeMadeAgainIsReportedAndFailsReads() throws Exception {
        Path keys = indexFiles(disk).stream()
                .filter(file -> file.toString().endsWith(".keys"))
                .findFirst()
                .orElseThrow();
        Path segment = LOG.resolve("00000000000000000000.log");
        byte[] content = disk.content(segment);
        content[100] ^= 1;
        disk.replace(segment, content);
        try (LogMessageStore store = open(disk)) {
            disk.delete(keys);

            assertThatThrownBy(() -> keys(store, 0))
                    .isInstanceOfSatisfying(
                            IndexDamagedException.class,
                            damaged -> assertThatThrownBy(() -> repaired(damaged))
                                    .hasMessageContaining("is damaged at position 0"));
            assertThatThrownBy(() -> keys(store, 0))
                    .isInstanceOf(IndexDamagedException.class)
                    .hasMessageContaining("could not be made again");
            assertThat(errors).hasSize(1);
        }
    }
}
