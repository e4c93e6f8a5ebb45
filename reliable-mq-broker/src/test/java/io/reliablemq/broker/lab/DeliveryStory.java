package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.delivery.DelayCursors;
import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.delivery.DelaySchedule;
import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.delivery.OwnDelays;
import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.MachineStoppedException;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentHost.RunningAgent;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * The lives of a store with consumed offsets on it, and with messages that wait for a delay or for a time of their own. At
 * any time, each parked message has at most one copy in the log, not before its time; in the end it has one. Stored offsets
 * and cursors never run ahead of the log.
 */
final class DeliveryStory implements Story {

    /** Longer than any delay, and than what could not be read waits for the next attempt. */
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(31);

    private static final int LONGEST_TIMER_MS = 4000;

    private final Random chance;
    private final List<String> trace = new ArrayList<>();
    private final DelayLevels levels = DelayLevels.parse("20ms 300ms 2s");
    private final MessageCopies copies = new MessageCopies(levels, LabMessages.HOST);
    private final Actions actions = new Actions();
    private final LabMessages messages;
    private final Ledger ledger;
    private final StoredOffsets offsets;
    private final Machine machine;
    private final boolean clockIsSound;
    private LogMessageStore store;
    private DelayCursors cursors;
    private DelaySchedule schedule;

    DeliveryStory(FlushDiskType flushDiskType, Random chance) {
        this.chance = chance;
        this.messages = new LabMessages(chance);
        this.ledger = new Ledger(flushDiskType);
        this.offsets = new StoredOffsets(chance);
        this.clockIsSound = chance.nextBoolean();
        StoreSettings settings = StoreSettings.in(Machine.DATA)
                .withFlushDiskType(flushDiskType)
                .withSegmentBytes(8192)
                .withMaxPending(chance.nextBoolean() ? 6 : 1000, 1 << 20)
                .withRetention(StoreSettings.Retention.DEFAULT.withReserveBytes(0))
                .withPreallocateBytes(chance.nextInt(2) * 4096L);
        this.machine = new Machine(chance, trace, settings, () -> {});
        actions.add(8, "park", this::park)
                .add(6, "park until a time", this::parkUntil)
                .add(6, "append", () -> append(messages.batch(ledger.nextNumber(), 1)))
                .add(5, "commit offsets", () -> offsets.commit(store))
                .add(6, "persist", this::persist)
                .add(30, "step", () -> machine.agents().step(chance))
                .add(8, "settle", this::settle)
                .add(3, "wake for nothing", () -> machine.agents().wakeForNothing(chance))
                .add(8, "some ms pass", () -> machine.clock().pass(Duration.ofMillis(chance.nextInt(400))))
                .add(4, "stop soon", () -> machine.stopSoon(20))
                .add(3, "stop now", this::restart)
                .add(1, "a force fails", () -> machine.fail(Operation.FORCE, "", chance.nextInt(8), 1, 0))
                .add(1, "a read fails", () -> machine.fail(Operation.READ, ".log", chance.nextInt(3), 1, 0))
                .add(1, "space ends", () -> machine.limitSpace(chance.nextInt(6000)))
                .add(2, "space returns", () -> machine.disk().setCapacity(Long.MAX_VALUE));
        if (!clockIsSound) {
            actions.add(
                    2,
                    "somebody sets the clock",
                    () -> machine.clock().jump(Duration.ofMillis(chance.nextInt(6000) - 3000)));
        }
    }

    @Override
    public void tell(int length) throws Exception {
        start();
        for (int i = 0; i < length; i++) {
            act();
        }
        restart();
        machine.disk().setCapacity(Long.MAX_VALUE);
        handOverAll();
        restart();
        assertThat(HandOvers.in(image(), levels, clockIsSound).missing())
                .as("after the last restart")
                .isEmpty();
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
    }

    private void park() {
        StoredMessage message = messages.batch(ledger.nextNumber(), 1).get(0);
        append(List.of(copies.parked(message, 1 + chance.nextInt(levels.highest()))));
    }

    /** Some times have passed already. */
    private void parkUntil() {
        StoredMessage message = messages.batch(ledger.nextNumber(), 1).get(0);
        append(List.of(copies.parkedUntil(message, machine.clock().wallMs() + chance.nextInt(LONGEST_TIMER_MS) - 300)));
    }

    private void settle() {
        machine.agents().settle(chance);
        if (!machine.isFaulty()) {
            ledger.settled();
        }
    }

    private void append(List<StoredMessage> batch) {
        Ledger.Answer answer = ledger.send(batch, MessageStore.NO_ORIGIN);
        store.append(batch.get(0), MessageStore.NO_ORIGIN, result -> {
            if (!machine.isStopped()) {
                answer.done(result);
            }
        });
    }

    /** What the housekeeping does from time to time. */
    private void persist() {
        try {
            cursors.persist();
            offsets.persist();
            if (store.failure() == null) {
                offsets.persisted();
            }
        } catch (IOException e) {
            trace.add("  " + e.getMessage());
            assertThat(machine.isFaulty()).as("an error without a fault").isTrue();
        }
    }

    /** After the longest delay, as many retries as it takes. */
    private void handOverAll() throws IOException {
        int parked = image().entries().size();
        for (int i = 0; i <= parked + 20; i++) {
            machine.clock().pass(LONGEST_WAIT);
            machine.agents().settle(chance);
        }
        machine.requireNoUnexpectedErrors();
        assertThat(HandOvers.in(image(), levels, clockIsSound).missing())
                .as("parked and not handed over")
                .isEmpty();
    }

    private LogImage image() throws IOException {
        return LogImage.read(machine.disk(), Machine.LOG, store.positions().committed());
    }

    private void restart() throws IOException {
        machine.stop(ledger::stopped);
        start();
    }

    private void start() throws IOException {
        machine.start(this::open, ledger::stopped);
        LogImage image = image();
        HandOvers.in(image, levels, clockIsSound);
        List<Entry> sent =
                image.entries().stream().filter(entry -> entry.origin() < 0).toList();
        ledger.recovered(new LogImage(sent, image.holes(), image.end()));
        offsets.check();
    }

    private void open() throws IOException {
        store = machine.openStore();
        AtomicFile delays = file("delays.json");
        offsets.load(file("offsets.json"), store);
        cursors = DelayCursors.load(delays, store);
        assertThat(cursors.copiesFrom()).isLessThanOrEqualTo(store.positions().committed());
        Set<Long> copied = new HashSet<>();
        store.forEachOrigin(cursors.copiesFrom(), (origin, position) -> copied.add(origin));
        RunningAgent[] scheduler = new RunningAgent[1];
        schedule = new DelaySchedule(
                store,
                copies,
                levels,
                new OwnDelays(),
                cursors,
                copied::contains,
                machine.clock(),
                () -> scheduler[0].signal());
        scheduler[0] = machine.run(new Scheduler(schedule));
        store.onArrival((queue, maxOffset) -> scheduler[0].signal());
    }

    private AtomicFile file(String name) {
        return new AtomicFile(machine.disk(), Machine.DATA.resolve("state").resolve(name));
    }

    private record Scheduler(DelaySchedule schedule) implements Agent {

        @Override
        public String name() {
            return "rmq-scheduler";
        }

        @Override
        public long doWork() throws IOException {
            return schedule.doWork();
        }
    }
}
