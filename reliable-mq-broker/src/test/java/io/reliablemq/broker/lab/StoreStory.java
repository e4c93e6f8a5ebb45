package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.MachineStoppedException;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Several lives of one store, with everything that can go wrong with its disk. After each start, all that was acknowledged
 * or shown is there, intact, in order, once, and nothing else; the index agrees with the log. After a failure nothing is
 * taken any more, and what was committed can be read.
 */
final class StoreStory implements Story {

    private static final Set<String> USE_THE_TAIL = Set.of("rmq-log-writer", "rmq-flusher");

    private final Random chance;
    private final List<String> trace = new ArrayList<>();
    private final LabMessages messages;
    private final Ledger ledger;
    private final Machine machine;
    private final Actions actions = new Actions();
    private LogMessageStore store;
    private LabRetention retention;
    private boolean failed;

    StoreStory(FlushDiskType flushDiskType, Random chance) {
        this.chance = chance;
        this.messages = new LabMessages(chance);
        this.ledger = new Ledger(flushDiskType);
        StoreSettings settings = StoreSettings.in(Machine.DATA)
                .withFlushDiskType(flushDiskType)
                .withSegmentBytes(4096L << chance.nextInt(3))
                .withPreallocateBytes(chance.nextInt(3) * 2048L)
                .withRetention(StoreSettings.Retention.DEFAULT
                        .withReserveBytes(chance.nextInt(2) * 2000L)
                        .withAge(chance.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(15))
                        .withMaxBytes(chance.nextInt(3) * 16_384L)
                        .withScrub(8192, Duration.ofSeconds(20)))
                .withMaxPending(chance.nextBoolean() ? 8 : 1000, 1 << 20)
                .withSyncFlushTimeout(Duration.ofMillis(500));
        this.machine = new Machine(chance, trace, settings, this::duringForce);
        this.retention = new LabRetention(machine, ledger, trace, new HashMap<>(), 0);
        sends();
        passages();
        faults();
        stops();
    }

    private void sends() {
        actions.add(30, "append", () -> append(1, MessageStore.NO_ORIGIN));
        actions.add(8, "append a batch", () -> append(1 + chance.nextInt(6), MessageStore.NO_ORIGIN));
        actions.add(6, "append a copy", this::appendCopy);
        actions.add(4, "flush", this::flush);
        actions.add(4, "look", this::look);
    }

    private void passages() {
        actions.add(30, "step", () -> machine.agents().step(chance));
        actions.add(4, "wake for nothing", () -> machine.agents().wakeForNothing(chance));
        actions.add(10, "settle", this::settle);
        actions.add(5, "some ms pass", () -> machine.clock().pass(Duration.ofMillis(1 + chance.nextInt(60))));
        actions.add(1, "a second passes", () -> machine.clock().pass(Duration.ofSeconds(1)));
        actions.add(2, "half a minute passes", () -> machine.clock().pass(Duration.ofSeconds(30)));
        actions.add(
                1,
                "somebody sets the clock",
                () -> machine.clock().jump(Duration.ofSeconds(chance.nextInt(7200) - 3600)));
    }

    private void faults() {
        actions.add(1, "a force fails", () -> machine.fail(Operation.FORCE, ".log", chance.nextInt(4), 1, 0));
        actions.add(1, "forces fail", () -> machine.fail(Operation.FORCE, "", chance.nextInt(9), 1000, 0));
        actions.add(
                1,
                "a write fails",
                () -> machine.fail(Operation.WRITE, ".log", chance.nextInt(4), 1, chance.nextInt(2000)));
        actions.add(1, "index files fail", () -> machine.fail(Operation.WRITE, ".tmp", 0, 1, chance.nextInt(200)));
        actions.add(1, "a folder cannot be forced", () -> machine.fail(Operation.FORCE_FOLDER, "", 0, 1, 0));
        actions.add(
                1,
                "there is no room for the change of a folder",
                () -> machine.fail(Operation.FORCE_FOLDER_FULL, "", 0, 1 + chance.nextInt(3), 0));
        actions.add(1, "space ends", () -> machine.limitSpace(chance.nextInt(6000)));
        actions.add(1, "space returns", () -> machine.disk().setCapacity(Long.MAX_VALUE));
        actions.add(1, "reads fail", this::lookThroughReadErrors);
    }

    private void stops() {
        actions.add(4, "stop soon", () -> machine.stopSoon(20));
        actions.add(3, "stop now", this::restart);
        actions.add(2, "close", this::close);
    }

    @Override
    public void tell(int length) throws Exception {
        start();
        for (int i = 0; i < length; i++) {
            act();
        }
        if (!machine.isStopped()) {
            restart();
        }
        machine.agents().settle(chance);
        close();
    }

    @Override
    public List<String> trace() {
        return trace;
    }

    private void act() throws Exception {
        try {
            actions.happen(chance, trace);
        } catch (MachineStoppedException e) {
            trace.add("  stopped in the middle of it");
        }
        machine.requireNoUnexpectedErrors();
        if (machine.isStopped()) {
            restart();
        }
        failed |= store.failure() != null;
    }

    private void settle() {
        machine.agents().settle(chance);
        if (!machine.isFaulty()) {
            ledger.settled();
        }
    }

    private void append(int count, long origin) {
        List<StoredMessage> batch = messages.batch(ledger.nextNumber(), count);
        Ledger.Answer answer = ledger.send(batch, origin);
        boolean refused = failed;
        AppendListener listener = result -> {
            // What is answered after the machine has stopped reaches nobody.
            if (!machine.isStopped()) {
                assertThat(refused && result.status() != Status.CLOSED && result.status() != Status.NO_SPACE)
                        .as("taken after a failure")
                        .isFalse();
                answer.done(result);
            }
        };
        if (count == 1) {
            store.append(batch.get(0), origin, listener);
        } else {
            store.appendBatch(batch, listener);
        }
    }

    private void appendCopy() throws IOException {
        List<Entry> entries = image().entries();
        append(
                1,
                entries.isEmpty()
                        ? MessageStore.NO_ORIGIN
                        : messages.pick(entries).position());
    }

    private void flush() {
        try {
            store.flush();
            ledger.flushed();
        } catch (IOException e) {
            trace.add("  " + e.getMessage());
            assertThat(store.failure()).as("a flush that fails is final").isNotNull();
        }
    }

    private void look() throws IOException {
        LogImage image = image();
        ledger.seen(image);
        checkIndex(image);
    }

    private void checkIndex(LogImage image) throws IOException {
        // A deletion that failed half-way may have left a file that the store does not know any more.
        if (!(machine.isFaulty() && retention.hasDeleted())) {
            new IndexCheck(store, image, retention.nextOffsets(), chance).run();
        }
    }

    /** What can be read is right even then, or an error. */
    private void lookThroughReadErrors() throws IOException {
        LogImage image = image();
        ledger.seen(image);
        machine.disk().faults().arm(Operation.READ, path -> true, chance.nextInt(10), 1, 0);
        try {
            checkIndex(image);
        } catch (IOException | java.io.UncheckedIOException e) {
            trace.add("  " + e.getMessage());
        } finally {
            machine.disk().faults().disarm(Operation.READ);
        }
    }

    /** The writer waits for the disk; others do not. */
    private void duringForce() {
        if (!"rmq-log-writer".equals(machine.agents().current()) || chance.nextInt(4) > 0) {
            return;
        }
        for (int i = chance.nextInt(4); i > 0; i--) {
            switch (chance.nextInt(3)) {
                case 0 -> append(1, MessageStore.NO_ORIGIN);
                case 1 -> machine.clock().pass(Duration.ofMillis(chance.nextInt(700)));
                default -> machine.agents().stepBeside(chance, USE_THE_TAIL);
            }
        }
    }

    private LogImage image() throws IOException {
        return LogImage.read(machine.disk(), Machine.LOG, store.positions().committed());
    }

    private void close() throws Exception {
        boolean wasFaulty = machine.isFaulty();
        boolean clean = false;
        try {
            store.close();
            clean = store.failure() != null && !failed && !machine.isStopped();
        } catch (IOException | MachineStoppedException e) {
            trace.add("  " + e.getMessage());
            assertThat(wasFaulty || machine.isFaulty())
                    .as("an error without a fault")
                    .isTrue();
        }
        machine.requireNoUnexpectedErrors();
        if (machine.isStopped()) {
            restart();
            return;
        }
        if (clean && !wasFaulty) {
            ledger.flushed();
        }
        if (chance.nextBoolean()) {
            machine.stop(ledger::stopped);
        }
        start();
    }

    private void restart() throws IOException {
        machine.stop(ledger::stopped);
        start();
    }

    private void start() throws IOException {
        machine.start(() -> store = machine.openStore(), ledger::stopped);
        retention = new LabRetention(machine, ledger, trace, retention.nextOffsets(), chance.nextInt(4));
        store.retainBy(retention);
        failed = false;
        LogImage image = image();
        assertThat(store.positions().written()).isEqualTo(image.end());
        assertThat(store.positions().flushed()).isEqualTo(image.end());
        ledger.recovered(image);
        checkIndex(image);
    }
}
