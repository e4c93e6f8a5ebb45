package io.reliablemq.broker.replication;

import static io.reliablemq.broker.replication.ReplicatedMessages.append;
import static io.reliablemq.broker.replication.ReplicatedMessages.bodies;
import static io.reliablemq.broker.replication.ReplicatedMessages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.FreePorts;
import io.reliablemq.broker.replication.feed.ReplicaState;
import io.reliablemq.broker.replication.follow.FollowerState.Phase;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.StoreSettings.Replication;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A master and its slaves over real sockets, on real files, with all that a link can do to them. */
class ReplicationIT {

    private static final int SEGMENT_BYTES = 64 << 10;

    @TempDir
    private Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void answersOnceTheSlaveHasFlushed() throws Exception {
        MasterNode master = master("master");
        SimulatedDisk disk = new SimulatedDisk();
        SlaveNode slave = slave(disk, master.address());
        awaitInSync(master);

        for (int i = 0; i < 50; i++) {
            AppendResult result = put(master.store, "message " + i);

            assertThat(result.status()).isEqualTo(Status.COMMITTED);
            assertThat(afterPowerCut(disk, i)).contains("message " + i);
        }

        assertThat(bodies(master.store)).hasSize(50);
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(master.store)));
        assertThat(errors).isEmpty();
    }

    @Test
    void slavesLogIsTheMastersByteForByte() throws Exception {
        MasterNode master = master(MasterNode.settings(folder.resolve("master")).withSegmentBytes(SEGMENT_BYTES), 0);
        SlaveNode slave = slave("slave", master.address());
        awaitInSync(master);
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();

        for (int i = 0; i < 3_000; i++) {
            answers.add(append(master.store, "message " + i));
        }

        for (CompletableFuture<AppendResult> answer : answers) {
            assertThat(answer.get(30, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
        }
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(3_000));
        closeAll();
        opened.clear();
        assertThat(log("slave")).hasSizeGreaterThan(5).isEqualTo(log("master"));
        for (String file : log("master")) {
            assertThat(folder.resolve("slave/log").resolve(file))
                    .hasSameBinaryContentAs(folder.resolve("master/log").resolve(file));
        }
        assertThat(errors).isEmpty();
    }

    @Test
    void saysAtOnceThatNoSlaveIsNearAndKeepsTheMessageUntilOneIs() throws Exception {
        MasterNode master = master("master");

        AppendResult alone = put(master.store, "alone");

        assertThat(alone.status()).isEqualTo(Status.NO_REPLICA);
        assertThat(alone.queueOffset()).isZero();
        assertThat(bodies(master.store)).isEmpty();
        slave("slave", master.address());
        eventually().untilAsserted(() -> assertThat(bodies(master.store)).containsExactly("alone"));
        awaitInSync(master);
        assertThat(put(master.store, "together").status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void whatNoSlaveHasIsNotShownAfterARestartEither() throws Exception {
        MasterNode master = master("master");
        SlaveNode slave = slave("slave", master.address());
        awaitInSync(master);
        put(master.store, "together");
        close(slave);
        eventually().until(() -> master.feeds.replicas().isEmpty());
        put(master.store, "alone");
        close(master);

        MasterNode again = master("master");

        assertThat(bodies(again.store)).containsExactly("together");
        assertThat(put(again.store, "alone again").queueOffset()).isEqualTo(2);
        slave("slave", again.address());
        eventually()
                .untilAsserted(
                        () -> assertThat(bodies(again.store)).containsExactly("together", "alone", "alone again"));
    }

    @Test
    void showsUnreplicatedMessagesIfThatIsWanted() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withReplication(Replication.inSync(2, Duration.ofSeconds(3), true)),
                0);

        assertThat(put(master.store, "alone").status()).isEqualTo(Status.NO_REPLICA);

        assertThat(bodies(master.store)).containsExactly("alone");
    }

    @Test
    void refusesMessagesWhenTooManyWaitForASlave() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withReplication(
                                new Replication(StoreSettings.Part.IN_SYNC_MASTER, 2, Duration.ofSeconds(3), false, 3)),
                0);
        for (int i = 0; i < 3; i++) {
            assertThat(put(master.store, "kept " + i).status()).isEqualTo(Status.NO_REPLICA);
        }

        assertThat(put(master.store, "refused").status()).isEqualTo(Status.BUSY);

        slave("slave", master.address());
        awaitInSync(master);
        assertThat(put(master.store, "taken").status()).isEqualTo(Status.COMMITTED);
        assertThat(bodies(master.store)).containsExactly("kept 0", "kept 1", "kept 2", "taken");
    }

    @Test
    void neverAnswersSuccessWhileTheSlaveIsSilent() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withReplication(Replication.inSync(2, Duration.ofMillis(700), false)),
                0);
        LinkProxy link = link(() -> master.port);
        SlaveNode slave = slave("slave", link.address());
        awaitInSync(master);
        assertThat(put(master.store, "before").status()).isEqualTo(Status.COMMITTED);

        link.pause();
        AppendResult first = put(master.store, "first");
        eventually().until(() -> !master.feeds.replicas().get(0).inSync());
        AppendResult second = put(master.store, "second");

        assertThat(first.status()).isEqualTo(Status.REPLICA_TIMEOUT);
        assertThat(second.status()).isEqualTo(Status.NO_REPLICA);
        assertThat(bodies(master.store)).containsExactly("before");
        link.resume();
        eventually().untilAsserted(() -> assertThat(bodies(master.store)).containsExactly("before", "first", "second"));
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(master.store)));
    }

    @Test
    void whatIsAcknowledgedIsOnTheSlaveHoweverOftenTheLinkIsCut() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withSegmentBytes(SEGMENT_BYTES)
                        .withReplication(Replication.inSync(2, Duration.ofSeconds(2), false)),
                0);
        LinkProxy link = link(() -> master.port);
        SlaveNode slave = slave("slave", link.address());
        awaitInSync(master);
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();

        for (int cut = 0; cut < 5; cut++) {
            for (int i = 0; i < 200; i++) {
                answers.add(append(master.store, "message " + answers.size()));
            }
            link.cut();
            for (int i = 0; i < 20; i++) {
                answers.add(append(master.store, "message " + answers.size()));
            }
            link.repair();
            awaitInSync(master);
        }

        int acknowledged = 0;
        TreeSet<String> expected = new TreeSet<>();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).get(20, TimeUnit.SECONDS).status() == Status.COMMITTED) {
                acknowledged++;
                expected.add("message " + i);
            }
        }
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(answers.size()));
        assertThat(bodies(slave.store())).containsAll(expected).doesNotHaveDuplicates();
        System.out.printf("%d sent, %d acknowledged, %d on the slave%n", answers.size(), acknowledged, answers.size());
        assertThat(acknowledged).isGreaterThan(200);
    }

    @Test
    void catchesUpWithWhatWasWrittenWhileItWasAway() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withSegmentBytes(SEGMENT_BYTES)
                        .withReplication(Replication.LOCAL),
                0);
        SlaveNode slave = slave("slave", master.address());
        put(master.store, "first");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(1));
        close(slave);
        CompletableFuture<AppendResult> last = new CompletableFuture<>();
        for (int i = 0; i < 5_000; i++) {
            last = append(master.store, "message " + i);
        }
        last.get(20, TimeUnit.SECONDS);

        SlaveNode again = slave("slave", master.address());

        eventually().untilAsserted(() -> assertThat(bodies(again.store())).hasSize(5_001));
        assertThat(bodies(again.store())).isEqualTo(bodies(master.store));
        assertThat(again.openings()).isEqualTo(1);
    }

    @Test
    void newSlaveStartsAtTheMastersOldestSegmentAndFollowsItsGaps() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withSegmentBytes(SEGMENT_BYTES)
                        .withReplication(Replication.LOCAL)
                        .withRetention(StoreSettings.Retention.DEFAULT.withMaxBytes(1)),
                0);
        CompletableFuture<AppendResult> last = new CompletableFuture<>();
        for (int i = 0; i < 3_000; i++) {
            last = append(master.store, "message " + i);
        }
        last.get(20, TimeUnit.SECONDS);
        // The third of the ended segments stays, so that there is a gap behind it too.
        master.store.retainBy(RetentionGuards.keeping(segment -> segment.base() == 2L * SEGMENT_BYTES));
        eventually().until(() -> !log("master").contains(segment(3)));

        SlaveNode slave = slave("slave", master.address());

        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(master.store)));
        assertThat(log("slave")).contains(segment(2)).doesNotContain(segment(0), segment(3));
        put(master.store, "more");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(master.store)));
        assertThat(slave.openings()).isEqualTo(2);
    }

    @Test
    void slaveThatWasAwayForTooLongGoesOnWhereTheMastersLogDoes() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withSegmentBytes(SEGMENT_BYTES)
                        .withReplication(Replication.LOCAL)
                        .withRetention(StoreSettings.Retention.DEFAULT.withMaxBytes(1)),
                0);
        SlaveNode slave = slave("slave", master.address());
        put(master.store, "first");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(1));
        close(slave);
        CompletableFuture<AppendResult> last = new CompletableFuture<>();
        for (int i = 0; i < 1_000; i++) {
            last = append(master.store, "message " + i);
        }
        last.get(20, TimeUnit.SECONDS);
        eventually().until(() -> master.feeds.replicas().isEmpty());
        master.store.retainBy(RetentionGuards.keeping(segment -> false));
        eventually().until(() -> !log("master").contains(segment(0)));

        SlaveNode again = slave("slave", master.address());

        eventually().untilAsserted(() -> assertThat(bodies(again.store())).isEqualTo(bodies(master.store)));
    }

    @Test
    void setsAsideWhatTheNewMasterDoesNotHave() throws Exception {
        MasterNode master = master("a");
        SlaveNode slave = slave("b", master.address());
        awaitInSync(master);
        put(master.store, "both");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(1));
        close(slave);
        eventually().until(() -> master.feeds.replicas().isEmpty());
        assertThat(put(master.store, "the old master alone").status()).isEqualTo(Status.NO_REPLICA);
        close(master);
        MasterNode promoted = master("b");
        put(promoted.store, "the new master alone");

        SlaveNode demoted = slave("a", promoted.address());

        awaitInSync(promoted);
        assertThat(put(promoted.store, "both again").status()).isEqualTo(Status.COMMITTED);
        eventually()
                .untilAsserted(() -> assertThat(bodies(demoted.store()))
                        .containsExactly("both", "the new master alone", "both again"));
        assertThat(demoted.openings()).isEqualTo(2);
        try (Stream<Path> aside = Files.list(folder.resolve("a/diverged"))) {
            List<Path> files = aside.toList();
            assertThat(files).hasSize(1);
            assertThat(Files.readString(files.get(0), java.nio.charset.StandardCharsets.ISO_8859_1))
                    .contains("the old master alone")
                    .doesNotContain("both");
        }
    }

    @Test
    void doesNotFollowAMasterThatLostWhatWasAcknowledged() throws Exception {
        MasterNode master = master("master");
        SlaveNode slave = slave("slave", master.address());
        awaitInSync(master);
        put(master.store, "acknowledged");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(1));
        int port = master.port;
        close(master);
        delete(folder.resolve("master"));

        MasterNode empty = master(MasterNode.settings(folder.resolve("master")), port);

        eventually().until(() -> slave.state().phase() == Phase.REFUSED);
        assertThat(slave.state().detail()).contains("acknowledged");
        assertThat(put(empty.store, "not safe").status()).isEqualTo(Status.NO_REPLICA);
        assertThat(bodies(slave.store())).containsExactly("acknowledged");
        close(slave);
        close(empty);
        MasterNode promoted = master("slave");
        assertThat(bodies(promoted.store)).containsExactly("acknowledged");
    }

    @Test
    void slaveWhoseLogTakesNoMoreLetsGoOfItsMaster() throws Exception {
        MasterNode master = master("master");
        SimulatedDisk disk = new SimulatedDisk();
        SlaveNode slave = slave(disk, master.address());
        awaitInSync(master);
        disk.failForcesAfter(0);

        append(master.store, "not confirmed");

        eventually().until(() -> slave.state().phase() == Phase.BROKEN);
        assertThat(slave.state().detail()).contains("force failed");
        eventually().until(() -> master.feeds.replicas().isEmpty());
        assertThat(put(master.store, "nobody is waited for").status()).isEqualTo(Status.NO_REPLICA);
        disk.failForcesAfter(Integer.MAX_VALUE);
    }

    @Test
    void keepsItsLogWhenAMasterThatDoesNotWaitComesBackEmpty() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master")).withReplication(Replication.LOCAL), FreePorts.next());
        SlaveNode slave = slave("slave", master.address());
        put(master.store, "the last copy");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(1));
        int port = master.port;
        close(master);
        delete(folder.resolve("master"));

        MasterNode empty =
                master(MasterNode.settings(folder.resolve("master")).withReplication(Replication.LOCAL), port);

        eventually().until(() -> slave.state().phase() == Phase.REFUSED || slave.openings() > 1);
        assertThat(slave.state().detail())
                .contains("nothing in common", "stop that master", "POST /promote", "empty folder");
        put(empty.store, "of a log that knows nothing");
        assertThat(slave.openings()).isEqualTo(1);
        assertThat(bodies(slave.store())).containsExactly("the last copy");
    }

    @Test
    void keepsWhatAMasterThatForcesBeforeItAnswersHasLost() throws Exception {
        StoreSettings settings = MasterNode.settings(folder.resolve("master")).withReplication(Replication.LOCAL);
        MasterNode master = master(settings, FreePorts.next());
        put(master.store, "of yesterday");
        int port = master.port;
        close(master);
        copy(folder.resolve("master"), folder.resolve("yesterday"));
        MasterNode today = master(settings, port);
        SlaveNode slave = slave("slave", today.address());
        put(today.store, "of today");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(2));
        close(today);
        delete(folder.resolve("master"));
        copy(folder.resolve("yesterday"), folder.resolve("master"));

        master(settings, port);

        eventually().until(() -> slave.state().phase() == Phase.REFUSED || slave.openings() > 1);
        assertThat(slave.state().detail())
                .contains("acknowledged", "older copy", "stop that master", "move its data folder away");
        assertThat(bodies(slave.store())).containsExactly("of yesterday", "of today");
    }

    @Test
    void cutsWhatAMasterThatDoesNotForceHasLost() throws Exception {
        StoreSettings settings = MasterNode.settings(folder.resolve("master"))
                .withReplication(Replication.LOCAL)
                .withFlushDiskType(FlushDiskType.ASYNC_FLUSH);
        MasterNode master = master(settings, FreePorts.next());
        put(master.store, "kept");
        int port = master.port;
        close(master);
        copy(folder.resolve("master"), folder.resolve("forced"));
        MasterNode writing = master(settings, port);
        SlaveNode slave = slave("slave", writing.address());
        put(writing.store, "lost by a power cut");
        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).hasSize(2));
        close(writing);
        delete(folder.resolve("master"));
        copy(folder.resolve("forced"), folder.resolve("master"));

        master(settings, port);

        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).containsExactly("kept"));
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 30_000, 100_000})
    void recordsThatAreDamagedOnTheirWayAreNotWritten(int bytes) throws Exception {
        MasterNode master = master(MasterNode.settings(folder.resolve("master")).withReplication(Replication.LOCAL), 0);
        CompletableFuture<AppendResult> last = new CompletableFuture<>();
        for (int i = 0; i < 1_000; i++) {
            last = append(master.store, "message " + i);
        }
        last.get(20, TimeUnit.SECONDS);
        LinkProxy link = link(() -> master.port);
        link.damageAfter(bytes);

        SlaveNode slave = slave("slave", link.address());

        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(master.store)));
    }

    @Test
    void followsALogThatWasDamagedAndSalvaged() throws Exception {
        StoreSettings settings = MasterNode.settings(folder.resolve("master"))
                .withSegmentBytes(SEGMENT_BYTES)
                .withReplication(Replication.LOCAL);
        MasterNode master = master(settings, 0);
        CompletableFuture<AppendResult> last = new CompletableFuture<>();
        for (int i = 0; i < 1_000; i++) {
            last = append(master.store, "message " + i);
        }
        last.get(20, TimeUnit.SECONDS);
        close(master);
        byte[] bytes = Files.readAllBytes(folder.resolve("master/log").resolve(segment(1)));
        bytes[20_000] ^= 1;
        Files.write(folder.resolve("master/log").resolve(segment(1)), bytes);
        MasterNode salvaged = master(settings.withRecovery(new StoreSettings.Recovery(true, true)), 0);
        assertThat(bodies(salvaged.store)).hasSize(999);

        SlaveNode slave = slave("slave", salvaged.address());

        eventually().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(salvaged.store)));
        close(slave);
        SlaveNode again = slave("slave", salvaged.address());
        put(salvaged.store, "more");
        eventually().untilAsserted(() -> assertThat(bodies(again.store())).isEqualTo(bodies(salvaged.store)));
        assertThat(again.openings()).isEqualTo(1);
    }

    @Test
    void sendsNoMoreOfWhatIsOldThanTheRateAllows() throws Exception {
        MasterNode master = new MasterNode(
                MasterNode.settings(folder.resolve("master")).withReplication(Replication.LOCAL),
                ReplicationSettings.DEFAULT.withCatchUpRate(4 << 20),
                0,
                (where, error) -> errors.add(error));
        opened.add(master);
        CompletableFuture<AppendResult> last = new CompletableFuture<>();
        for (int i = 0; i < 1_000; i++) {
            last = append(master.store, "x".repeat(8 << 10));
        }
        last.get(20, TimeUnit.SECONDS);
        long start = System.nanoTime();

        SlaveNode slave = slave("slave", master.address());

        eventually()
                .untilAsserted(() -> assertThat(slave.store().maxOffset(ReplicatedMessages.QUEUE))
                        .isEqualTo(1_000));
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofSeconds(1));
    }

    @Test
    void oneSlaveCountsOnce() throws Exception {
        MasterNode master = master(
                MasterNode.settings(folder.resolve("master"))
                        .withReplication(Replication.inSync(3, Duration.ofMillis(500), false)),
                0);
        slave("slave", master.address());
        eventually().until(() -> master.feeds.replicas().stream().anyMatch(ReplicaState::inSync));

        assertThat(put(master.store, "two have it").status()).isEqualTo(Status.NO_REPLICA);

        slave("another", master.address());
        eventually()
                .until(() -> master.feeds.replicas().stream()
                                .filter(ReplicaState::inSync)
                                .count()
                        == 2);
        assertThat(put(master.store, "three have it").status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void tellsWhenAReplicaHasAPosition() throws Exception {
        MasterNode master = master(MasterNode.settings(folder.resolve("master")).withReplication(Replication.LOCAL), 0);
        SlaveNode slave = slave("slave", master.address());
        eventually().until(() -> !master.feeds.replicas().isEmpty());
        put(master.store, "message");
        long end = master.store.positions().written();

        master.feeds.whenConfirmed(slave.store().id(), end).get(10, TimeUnit.SECONDS);

        // The slave confirms what it has forced, and only then publishes that.
        eventually()
                .untilAsserted(
                        () -> assertThat(slave.store().positions().flushed()).isEqualTo(end));
        assertThat(master.feeds.whenConfirmed(slave.store().id(), end + 1)).isNotDone();
    }

    private MasterNode master(String name) throws Exception {
        return master(MasterNode.settings(folder.resolve(name)), FreePorts.next());
    }

    private MasterNode master(StoreSettings settings, int port) throws Exception {
        MasterNode master =
                new MasterNode(settings, ReplicationSettings.DEFAULT, port, (where, error) -> errors.add(error));
        opened.add(master);
        return master;
    }

    private SlaveNode slave(String name, String masterAddress) throws Exception {
        SlaveNode slave = new SlaveNode(
                SlaveNode.settings(folder.resolve(name)),
                ReplicationSettings.DEFAULT,
                () -> masterAddress,
                (where, error) -> errors.add(error));
        opened.add(slave);
        return slave;
    }

    private SlaveNode slave(SimulatedDisk disk, String masterAddress) throws Exception {
        SlaveNode slave = new SlaveNode(
                SlaveNode.settings(Path.of("/data")),
                disk,
                ReplicationSettings.DEFAULT,
                () -> masterAddress,
                (where, error) -> errors.add(error));
        opened.add(slave);
        return slave;
    }

    /** What is found on a disk whose power is cut now. */
    private static List<String> afterPowerCut(SimulatedDisk disk, long seed) throws Exception {
        try (LogMessageStore found = LogMessageStore.open(
                StoreSettings.in(Path.of("/data")), disk.crash(new Random(seed)), Clock.SYSTEM, (where, error) -> {})) {
            return bodies(found);
        }
    }

    private LinkProxy link(java.util.function.IntSupplier port) throws IOException {
        LinkProxy link = new LinkProxy(port);
        opened.add(link);
        return link;
    }

    private void close(AutoCloseable node) throws Exception {
        opened.remove(node);
        node.close();
    }

    private static ConditionFactory eventually() {
        // A store that is being opened again is closed for a moment.
        return await().atMost(Duration.ofSeconds(30)).ignoreExceptionsInstanceOf(IOException.class);
    }

    private static void awaitInSync(MasterNode master) {
        eventually()
                .until(() -> master.feeds.replicas().stream().anyMatch(ReplicaState::inSync)
                        && master.feeds.replicas().get(0).lagBytes() == 0);
    }

    private List<String> log(String name) throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve(name).resolve("log"))) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private static String segment(int number) {
        return "%020d.log".formatted((long) number * SEGMENT_BYTES);
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    private static void delete(Path root) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
