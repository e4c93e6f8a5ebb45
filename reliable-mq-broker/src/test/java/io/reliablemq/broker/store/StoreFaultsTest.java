package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.append;
import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.Reading;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.DiskFaults;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.log.LogClosedException;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.lang.ref.WeakReference;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the store says and keeps when the disk fails, hangs or is full. */
class StoreFaultsTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final StoreSettings SETTINGS =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(64 << 10).withPreallocateBytes(0);

    private final SimulatedDisk disk = new SimulatedDisk();
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<LogMessageStore> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (LogMessageStore store : opened) {
            store.close();
        }
    }

    private LogMessageStore open(SimulatedDisk files, StoreSettings settings) throws Exception {
        return open(files, settings, Clock.SYSTEM);
    }

    private LogMessageStore open(SimulatedDisk files, StoreSettings settings, Clock clock) throws Exception {
        LogMessageStore store = LogMessageStore.open(settings, files, clock, (where, error) -> errors.add(error));
        opened.add(store);
        return store;
    }

    @Test
    void closesForGoodAfterAFailedForce() throws Exception {
        LogMessageStore store = open(disk, SETTINGS);
        put(store, message("orders", 0, "safe"));
        disk.failForcesAfter(0);

        AppendResult failed = put(store, message("orders", 0, "unsafe"));
        disk.failForcesAfter(Integer.MAX_VALUE);
        AppendResult later = put(store, message("orders", 0, "later"));

        assertThat(failed.status()).isEqualTo(Status.FAILED);
        assertThat(failed.position()).isEqualTo(-1);
        assertThat(later.status()).isEqualTo(Status.CLOSED);
        assertThat(store.failure()).contains("force failed").contains("Input/output error");
        assertThat(errors).hasSize(1);
        assertThat(bodies(store, QUEUE)).containsExactly("safe");
        assertThatThrownBy(store::flush).isInstanceOf(LogClosedException.class);
        store.close();

        LogMessageStore again = open(disk, SETTINGS);
        assertThat(again.recovery().cleanStop()).isFalse();
        assertThat(bodies(again, QUEUE)).startsWith("safe").doesNotContain("later");
        assertThat(put(again, message("orders", 0, "new")).status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void whatIsFoundAfterAFailedForceIsSafeOnceItCanBeRead() throws Exception {
        LogMessageStore store = open(disk, SETTINGS);
        put(store, message("orders", 0, "safe"));
        disk.failForcesAfter(0);
        put(store, message("orders", 0, "only in the page cache, which takes it for written"));
        disk.failForcesAfter(Integer.MAX_VALUE);
        store.close();

        LogMessageStore again = open(disk, SETTINGS);
        List<String> visible = bodies(again, QUEUE);
        LogMessageStore afterPowerCut = open(disk.crash(new Random(1)), SETTINGS);

        assertThat(visible).hasSize(2);
        assertThat(bodies(afterPowerCut, QUEUE)).isEqualTo(visible);
    }

    /** Replicas confirm on event loops, where an error is nobody's: half of the store would go on. */
    @Test
    void closesForGoodWhenThePointCannotMoveWhoeverMovesIt() throws Exception {
        LogMessageStore store = open(
                disk, SETTINGS.withReplication(StoreSettings.Replication.inSync(2, Duration.ofSeconds(30), false)));
        store.feed().awaitReplicasIf(() -> true);
        store.feed().onCommit(position -> {
            throw new OutOfMemoryError("of the test");
        });
        CompletableFuture<AppendResult> waits = append(store, message("orders", 0, "waits for a replica"));
        await().until(() -> store.positions().flushed() > 0);

        store.feed().replicated(store.positions().flushed());

        assertThat(waits).isDone();
        assertThat(waits.get().status()).isEqualTo(Status.FAILED);
        assertThat(store.failure()).contains("commit failed").contains("of the test");
        assertThat(put(store, message("orders", 0, "later")).status()).isEqualTo(Status.CLOSED);
        assertThat(errors).singleElement().isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void whoWaitsForAReplicaForLongIsNotKeptInMemory() throws Exception {
        LogMessageStore store = open(
                disk, SETTINGS.withReplication(StoreSettings.Replication.inSync(2, Duration.ofSeconds(30), false)));
        CompletableFuture<AppendResult> answer = new CompletableFuture<>();
        WeakReference<AppendListener> told = new WeakReference<>(listening(store, answer));

        assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.NO_REPLICA);

        await().until(() -> {
            System.gc();
            return told.get() == null;
        });
    }

    /** Out of file handles, for instance: nothing was written, so there is nothing that could have failed. */
    @Test
    void refusesWhileTheNextSegmentCannotBeMadeAndGoesOnAfterwards() throws Exception {
        LogMessageStore store = LogMessageStore.open(
                SETTINGS, disk, Clock.SYSTEM, (where, error) -> errors.add(error), new KeeperByHand());
        opened.add(store);
        StoredMessage large = message("orders", 0, "x".repeat(40 << 10));
        assertThat(put(store, large).status()).isEqualTo(Status.COMMITTED);
        disk.faults().arm(DiskFaults.Operation.CREATE, file -> true, 0, 2, 0);

        AppendResult refused = put(store, large);
        AppendResult again = put(store, large);
        Health meanwhile = Health.of(store.health().findings());
        double isMissing = Reading.value(store.figures(), "log.segment.missing");

        assertThat(refused.status()).isEqualTo(Status.BUSY);
        assertThat(refused.detail()).contains("next log file could not be made");
        assertThat(again.status()).isEqualTo(Status.BUSY);
        assertThat(errors).as("told once").hasSize(1);
        assertThat(store.failure()).isNull();
        assertThat(meanwhile.status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(meanwhile.findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("Too many open files"));
        assertThat(isMissing).isEqualTo(1);
        assertThat(put(store, large).status()).isEqualTo(Status.COMMITTED);
        assertThat(bodies(store, QUEUE)).hasSize(2);
        assertThat(store.health().findings()).isEmpty();
        assertThat(Reading.value(store.figures(), "log.segment.missing")).isZero();
    }

    /** Nobody knows what of the folder is on the disk then, and a flush that succeeds later does not say. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void closesForGoodAfterAFailedFlushOfTheFolder(boolean byTheKeeper) throws Exception {
        KeeperByHand keeper = new KeeperByHand();
        LogMessageStore store =
                LogMessageStore.open(SETTINGS, disk, Clock.SYSTEM, (where, error) -> errors.add(error), keeper);
        opened.add(store);
        StoredMessage large = message("orders", 0, "x".repeat(40 << 10));
        assertThat(put(store, large).status()).isEqualTo(Status.COMMITTED);
        disk.faults().arm(DiskFaults.Operation.FORCE_FOLDER, file -> true, 0, 1, 0);
        if (byTheKeeper) {
            assertThatThrownBy(keeper::step).hasMessageContaining("could not be flushed");
        }

        AppendResult failed = put(store, large);

        assertThat(failed.status()).isIn(Status.FAILED, Status.CLOSED);
        assertThat(store.failure()).contains("could not be flushed").contains("Input/output error");
        assertThat(Health.of(store.health().findings()).status()).isEqualTo(Health.Status.DOWN);
        assertThat(put(store, large).status()).isEqualTo(Status.CLOSED);
        assertThat(bodies(store, QUEUE)).hasSize(1);
        store.close();

        LogMessageStore again = open(disk, SETTINGS);
        assertThat(bodies(again, QUEUE)).hasSize(1);
        assertThat(put(again, large).status()).isEqualTo(Status.COMMITTED);
    }

    /** The segment is made anew once there is room, so there is nothing that the flush that failed was to bring to the disk. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void goesOnAfterAFolderCouldNotBeFlushedForLackOfRoom(boolean byTheKeeper) throws Exception {
        KeeperByHand keeper = new KeeperByHand();
        LogMessageStore store =
                LogMessageStore.open(SETTINGS, disk, Clock.SYSTEM, (where, error) -> errors.add(error), keeper);
        opened.add(store);
        StoredMessage large = message("orders", 0, "x".repeat(40 << 10));
        assertThat(put(store, large).status()).isEqualTo(Status.COMMITTED);
        disk.faults().arm(DiskFaults.Operation.FORCE_FOLDER_FULL, file -> true, 0, byTheKeeper ? 2 : 1, 0);
        if (byTheKeeper) {
            keeper.step();
        }

        assertThat(put(store, large).status()).isEqualTo(Status.NO_SPACE);
        assertThat(store.failure()).isNull();

        assertThat(put(store, large).status()).isEqualTo(Status.COMMITTED);
        store.close();
        LogMessageStore again = open(disk.crash(new Random(1)), SETTINGS);
        assertThat(bodies(again, QUEUE)).hasSize(2);
        assertThat(put(again, large).status()).isEqualTo(Status.COMMITTED);
    }

    /** A consumer that is ahead of a queue waits there only where others have a say: else a crash has taken back what it read. */
    @Test
    void whatIsWrittenIsNotHeldBackWhereNobodyElseIsAsked() throws Exception {
        LogMessageStore alone = open(disk, SETTINGS);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch forcing = disk.holdForces(gate);
        CompletableFuture<AppendResult> answer = append(alone, message("orders", 0, "written"));
        assertThat(forcing.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(alone.positions().written()).isGreaterThan(alone.positions().committed());

        assertThat(alone.mayHoldMore()).isFalse();

        gate.countDown();
        answer.get(20, TimeUnit.SECONDS);
        LogMessageStore awaiting = open(
                new SimulatedDisk(),
                SETTINGS.withReplication(StoreSettings.Replication.inSync(2, Duration.ofSeconds(30), false)));
        put(awaiting, message("orders", 0, "without a replica"));
        assertThat(awaiting.mayHoldMore()).isTrue();
    }

    private static AppendListener listening(LogMessageStore store, CompletableFuture<AppendResult> answer) {
        // With the message, as listeners that answer producers are.
        AppendListener listener = answer::complete;
        store.append(message("orders", 0, "alone"), MessageStore.NO_ORIGIN, listener);
        return listener;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32, 60, 100})
    void closesForGoodAfterAShortWrite(int bytesWritten) throws Exception {
        LogMessageStore store = open(disk, SETTINGS);
        put(store, message("orders", 0, "safe"));
        disk.failWritesAfter(0, bytesWritten);

        AppendResult failed = put(store, message("orders", 0, "torn"));
        disk.failWritesAfter(Integer.MAX_VALUE, 0);

        assertThat(failed.status()).isEqualTo(Status.FAILED);
        assertThat(failed.detail()).contains("No space left");
        assertThat(put(store, message("orders", 0, "later")).status()).isEqualTo(Status.CLOSED);
        assertThat(bodies(store, QUEUE)).containsExactly("safe");
        store.close();

        LogMessageStore again = open(disk, SETTINGS);
        // The length starts with zeros, which cannot be told from none.
        assertThat(again.recovery().hasCutTail()).isEqualTo(bytesWritten > 3);
        assertThat(bodies(again, QUEUE)).containsExactly("safe");
        assertThat(put(again, message("orders", 0, "new")).queueOffset()).isEqualTo(1);
    }

    /** Nobody flushes here but the flusher, when its interval is over. */
    @Test
    void asynchronousFlushComesByItself() throws Exception {
        StoreSettings settings =
                SETTINGS.withFlushDiskType(FlushDiskType.ASYNC_FLUSH).withFlushInterval(Duration.ofMillis(20));
        LogMessageStore store = open(disk, settings);

        put(store, message("orders", 0, "first"));
        await().until(() -> store.positions().flushed() == store.positions().written());
        put(store, message("orders", 0, "second"));
        await().until(() -> store.positions().flushed() == store.positions().written());

        assertThat(bodies(open(disk.crash(new Random(1)), settings), QUEUE)).containsExactly("first", "second");
    }

    @Test
    void asynchronousFlushDoesNotComeBeforeItsInterval() throws Exception {
        ManualClock clock = new ManualClock();
        StoreSettings settings =
                SETTINGS.withFlushDiskType(FlushDiskType.ASYNC_FLUSH).withFlushInterval(Duration.ofSeconds(5));
        AgentByHand flusher = new AgentByHand("rmq-flusher");
        LogMessageStore store =
                LogMessageStore.open(settings, disk, clock, (where, error) -> errors.add(error), flusher);
        opened.add(store);
        flusher.step();
        put(store, message("orders", 0, "waits"));
        clock.pass(Duration.ofSeconds(4));

        assertThat(flusher.step()).isEqualTo(Duration.ofSeconds(1).toNanos());
        assertThat(store.positions().flushed()).isZero();

        clock.pass(Duration.ofSeconds(1));
        flusher.step();
        assertThat(store.positions().flushed()).isEqualTo(store.positions().written());
    }

    @Test
    void asynchronousFlushClosesAfterAFailedForceToo() throws Exception {
        StoreSettings settings = SETTINGS.withFlushDiskType(FlushDiskType.ASYNC_FLUSH);
        LogMessageStore store = open(disk, settings);
        disk.failForcesAfter(0);

        AppendResult first = put(store, message("orders", 0, "written"));

        assertThat(first.status()).isEqualTo(Status.COMMITTED);
        assertThatThrownBy(store::flush).isInstanceOf(LogClosedException.class);
        assertThat(put(store, message("orders", 0, "later")).status()).isEqualTo(Status.CLOSED);
        assertThat(bodies(store, QUEUE)).containsExactly("written");
        disk.failForcesAfter(Integer.MAX_VALUE);
    }

    @Test
    void tellsWhatMayBeStoredFromWhatIsNotWhenAForceFails() throws Exception {
        LogMessageStore store = open(disk, SETTINGS);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        CompletableFuture<AppendResult> onItsWay = append(store, message("orders", 0, "may be stored"));
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<AppendResult> waiting = append(store, message("orders", 0, "never"));
        disk.failForcesAfter(0);
        gate.countDown();

        assertThat(onItsWay.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.FAILED);
        assertThat(waiting.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.CLOSED);
        disk.failForcesAfter(Integer.MAX_VALUE);
        store.close();

        assertThat(bodies(open(disk, SETTINGS), QUEUE)).doesNotContain("never");
    }

    @Test
    void answersWhatItTookWhenTheMemoryRunsOut() throws Exception {
        LogMessageStore store = open(disk, SETTINGS, new Clock() {
            @Override
            public long wallMs() {
                // The writer's first look at the clock for a batch.
                if (Thread.currentThread().getName().equals("rmq-log-writer")) {
                    throw new OutOfMemoryError("on purpose");
                }
                return SYSTEM.wallMs();
            }

            @Override
            public long nanos() {
                return SYSTEM.nanos();
            }
        });

        AppendResult result = put(store, message("orders", 0, "no memory"));

        assertThat(result.status()).isEqualTo(Status.FAILED);
        assertThat(store.failure()).contains("placement").contains("on purpose");
        assertThat(put(store, message("orders", 0, "later")).status()).isEqualTo(Status.CLOSED);
    }

    @ParameterizedTest
    @EnumSource(FlushDiskType.class)
    void isBusyWhenTooManyAppendsWait(FlushDiskType type) throws Exception {
        LogMessageStore store = open(disk, SETTINGS.withMaxPending(3, 1 << 20).withFlushDiskType(type));
        if (type == FlushDiskType.ASYNC_FLUSH) {
            // Nothing waits for the disk here, so nothing piles up either.
            for (int i = 0; i < 10; i++) {
                assertThat(put(store, message("orders", 0, "m")).status()).isEqualTo(Status.COMMITTED);
            }
            return;
        }
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        List<CompletableFuture<AppendResult>> accepted = new ArrayList<>();
        accepted.add(append(store, message("orders", 0, "0")));
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        accepted.add(append(store, message("orders", 0, "1")));
        accepted.add(append(store, message("orders", 0, "2")));

        CompletableFuture<AppendResult> tooMany = append(store, message("orders", 0, "3"));

        assertThat(tooMany).isDone();
        assertThat(tooMany.get().status()).isEqualTo(Status.BUSY);
        gate.countDown();
        for (CompletableFuture<AppendResult> result : accepted) {
            assertThat(result.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
        }
        assertThat(bodies(store, QUEUE)).containsExactly("0", "1", "2");
    }

    @Test
    void isBusyWhenTooManyBytesWait() throws Exception {
        LogMessageStore store = open(disk, SETTINGS.withMaxPending(100, 1000));
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        CompletableFuture<AppendResult> large = append(store, message("orders", 0, "x".repeat(2000)));
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();

        AppendResult refused = put(store, message("orders", 0, "small"));
        gate.countDown();

        assertThat(refused.status()).isEqualTo(Status.BUSY);
        assertThat(large.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void takesBackWhatWaitsTooLongAndSaysWhatIsWrittenButNotFlushed() throws Exception {
        LogMessageStore store = open(disk, SETTINGS.withSyncFlushTimeout(Duration.ofMillis(60)));
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        CompletableFuture<AppendResult> written = append(store, message("orders", 0, "written"));
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        CompletableFuture<AppendResult> waiting = append(store, message("orders", 0, "taken back"));

        AppendResult late = written.get(20, TimeUnit.SECONDS);
        AppendResult takenBack = waiting.get(20, TimeUnit.SECONDS);

        assertThat(late.status()).isEqualTo(Status.FLUSH_TIMEOUT);
        assertThat(late.queueOffset()).isZero();
        assertThat(takenBack.status()).isEqualTo(Status.BUSY);
        assertThat(store.maxOffset(QUEUE)).as("nothing unflushed can be read").isZero();
        gate.countDown();
        assertThat(put(store, message("orders", 0, "next")).queueOffset()).isEqualTo(1);
        assertThat(bodies(store, QUEUE)).containsExactly("written", "next");
    }

    @Test
    void nothingIsVisibleBeforeItIsFlushed() throws Exception {
        LogMessageStore store = open(disk, SETTINGS);
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        CompletableFuture<AppendResult> pending = append(store, message("orders", 0, "x"));
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();

        assertThat(store.maxOffset(QUEUE)).isZero();
        assertThat(store.readAt(QUEUE, 0)).isNull();
        assertThat(store.readAt(32)).isNull();
        assertThat(pending).isNotDone();

        gate.countDown();
        assertThat(pending.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.COMMITTED);
        assertThat(store.readAt(32)).isNotNull();
    }

    @Test
    void refusesWhileTheDiskIsFullAndGoesOnWhenItIsNot() throws Exception {
        // Without a reserve, which the keeper may find touched while the test goes on.
        StoreSettings settings = SETTINGS.withSegmentBytes(16 << 10)
                .withPreallocateBytes(4 << 10)
                .withRetention(StoreSettings.Retention.DEFAULT.withReserveBytes(0));
        LogMessageStore store = open(disk, settings);
        put(store, message("orders", 0, "first"));
        disk.setCapacity(0);
        List<String> stored = new ArrayList<>(List.of("first"));
        AppendResult last = null;
        for (int i = 0; i < 1000 && (last == null || last.status() == Status.COMMITTED); i++) {
            String body = "message-" + i;
            last = put(store, message("orders", 0, body));
            if (last.status() == Status.COMMITTED) {
                stored.add(body);
            }
        }

        assertThat(last.status()).isEqualTo(Status.NO_SPACE);
        assertThat(store.failure()).isNull();
        assertThat(bodies(store, QUEUE)).isEqualTo(stored);
        disk.setCapacity(Long.MAX_VALUE);
        AppendResult again = put(store, message("orders", 0, "there is room"));
        stored.add("there is room");

        assertThat(again.status()).isEqualTo(Status.COMMITTED);
        assertThat(again.queueOffset()).isEqualTo(stored.size() - 1);
        assertThat(bodies(store, QUEUE)).isEqualTo(stored);
        assertThat(bodies(open(disk.crash(new Random(1)), settings), QUEUE)).isEqualTo(stored);
    }
}
