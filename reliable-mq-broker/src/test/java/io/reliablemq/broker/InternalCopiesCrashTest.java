package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Power cuts and failed forces around the copies that the broker makes itself: whatever a consumer was told to be safe has
 * its copy, no stored offset or cursor promises what is not there, nothing is handed over twice, and the accounts of the
 * group add up after every crash.
 */
class InternalCopiesCrashTest {

    private static final QueueKey ORDERS = new QueueKey("orders", 0);
    private static final QueueKey RETRIES = new QueueKey("%RETRY%g", 0);
    private static final QueueKey DEAD = new QueueKey("%DLQ%g", 0);
    private static final QueueKey WAITING = new QueueKey(Names.SCHEDULE_TOPIC, 2);
    private static final int MANY = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ManualClock clock = new ManualClock();

    /** A broker's life between two crashes. */
    private final class Life implements AutoCloseable {

        final SimulatedDisk disk;
        final LogMessageStore store;
        final GroupsOnAStore groups;

        Life(SimulatedDisk disk, FlushDiskType type) throws Exception {
            this.disk = disk;
            StoreSettings settings = StoreSettings.in(Path.of("/data"))
                    .withFlushDiskType(type)
                    .withSegmentBytes(16 << 10)
                    .withPreallocateBytes(0);
            store = LogMessageStore.open(settings, disk, clock, (where, error) -> {});
            groups = new GroupsOnAStore(
                    store, disk, clock, (from, into) -> store.forEachOrigin(from, (origin, copy) -> into.add(origin)));
            groups.subscribe("g", "orders");
        }

        boolean works() {
            return store.failure() == null;
        }

        long stored(QueueKey queue) {
            Long offset = groups.offsets.findStored("g", queue);
            return offset == null ? 0 : offset;
        }

        /** Hands over what is due, and waits for the disk. */
        void deliver() {
            clock.pass(Duration.ofSeconds(3));
            long due = store.maxOffset(WAITING);
            await().atMost(PATIENCE).pollInterval(Duration.ofMillis(2)).until(() -> {
                groups.deliverDue();
                return !works() || groups.cursors.cursor(WAITING.queueId()) >= due;
            });
        }

        void persist() throws Exception {
            try {
                groups.persist();
            } catch (java.io.IOException e) {
                assertThat(works())
                        .as("only a failed log keeps state from being stored")
                        .isFalse();
            }
        }

        @Override
        public void close() throws Exception {
            groups.close();
            store.close();
        }
    }

    /** What consumers know, over all lives. */
    private static final class Journal {
        final Map<String, Boolean> toldToBeSafe = new ConcurrentHashMap<>();
        final Set<String> handled = ConcurrentHashMap.newKeySet();
    }

    /** A position may be taken by another message after a crash. */
    private static String name(StoredMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8) + "@" + message.position();
    }

    private static Map<String, Integer> copiesByOrigin(Life life) throws Exception {
        Map<String, Integer> copies = new HashMap<>();
        for (QueueKey queue : List.of(WAITING, RETRIES, DEAD)) {
            for (long offset = 0; offset < life.store.maxOffset(queue); offset++) {
                long origin =
                        life.store.originAt(life.groups.read(queue, offset).position());
                StoredMessage original = life.store.readAt(origin);
                assertThat(original)
                        .as("the original of a copy stands before it")
                        .isNotNull();
                copies.merge(name(original), 1, Integer::sum);
            }
        }
        return copies;
    }

    private static void check(Life life, Journal journal, boolean everyAnswerHolds) throws Exception {
        Map<String, Integer> copies = copiesByOrigin(life);
        if (everyAnswerHolds) {
            assertThat(copies.keySet()).containsAll(journal.toldToBeSafe.keySet());
        }
        checkStoredOffsets(life, journal, copies);
        for (long offset = 0; offset < life.store.maxOffset(WAITING); offset++) {
            int handedOver = copies.getOrDefault(name(life.groups.read(WAITING, offset)), 0);
            boolean passed = offset < life.groups.cursors.cursor(WAITING.queueId());
            assertThat(handedOver).as("hand-overs of %d", offset).isBetween(passed ? 1 : 0, 1);
        }
        assertThat(life.groups.account("g").unaccounted()).isZero();
    }

    /** Looks at the file itself, since loading corrects what is too far. */
    private static void checkStoredOffsets(Life life, Journal journal, Map<String, Integer> copies) throws Exception {
        byte[] file = GroupsOnAStore.file(life.disk, "offsets").read();
        Map<?, ?> content = file == null ? Map.of() : JsonBodies.read(Body.of(file), Map.class);
        for (QueueKey queue : List.of(ORDERS, RETRIES)) {
            long stored = 0;
            Object value = content.get("offsets");
            for (String key : List.of("g", queue.topic(), "0")) {
                value = value instanceof Map<?, ?> map ? map.get(key) : null;
            }
            if (value instanceof Number number) {
                stored = number.longValue();
            }
            assertThat(stored).isLessThanOrEqualTo(life.store.maxOffset(queue));
            for (long offset = 0; offset < stored; offset++) {
                String done = name(life.groups.read(queue, offset));
                assertThat(journal.handled.contains(done) || copies.containsKey(done))
                        .as("offset %d of %s is stored, so %s was handled or copied", stored, queue, done)
                        .isTrue();
            }
        }
    }

    /** Works everything off until nothing is left but what is done or dead. */
    private static void drain(Life life, Journal journal) throws Exception {
        while (true) {
            for (QueueKey queue : List.of(ORDERS, RETRIES)) {
                for (long offset = life.stored(queue); offset < life.store.maxOffset(queue); offset++) {
                    journal.handled.add(name(life.groups.read(queue, offset)));
                }
                life.groups.offsets.commit("g", queue, life.store.maxOffset(queue));
            }
            GroupAccount account = life.groups.account("g");
            assertThat(account.unaccounted()).isZero();
            if (account.inFlight() + account.retrying() == 0) {
                assertThat(account.appended() + account.duplicated())
                        .isEqualTo(account.acknowledged() + account.dead());
                return;
            }
            life.deliver();
        }
    }

    // --- a fixed course of events, in which the force fails that the test wants ---

    private static boolean giveBack(Life life, Journal journal, QueueKey queue, long offset, int maxTimes)
            throws Exception {
        StoredMessage failed = life.groups.read(queue, offset);
        Command answer = life.groups.givenBack("g", failed, maxTimes);
        if (answer.isSuccess()) {
            journal.toldToBeSafe.put(name(failed), true);
            life.groups.offsets.commit("g", queue, offset + 1);
        }
        return answer.isSuccess();
    }

    /** @return whether it came to its end */
    private static boolean course(Life life, Journal journal) throws Exception {
        for (int i = 0; i < 4; i++) {
            life.groups.send(ORDERS, "m" + i).get(20, TimeUnit.SECONDS);
        }
        if (!life.works() || !giveBack(life, journal, ORDERS, 0, MANY) || !giveBack(life, journal, ORDERS, 1, 0)) {
            persist(life, life.groups::persist);
            return false;
        }
        persist(life, life.groups::persist);
        life.deliver();
        if (!life.works() || !giveBack(life, journal, RETRIES, 0, 1)) {
            persist(life, life.groups::persist);
            return false;
        }
        journal.handled.add(name(life.groups.read(ORDERS, 2)));
        life.groups.offsets.commit("g", ORDERS, 3);
        persist(life, life.groups::persist);
        return giveBack(life, journal, ORDERS, 3, MANY);
    }

    @ParameterizedTest
    @CsvSource({"SYNC_FLUSH,power cut", "SYNC_FLUSH,process killed", "ASYNC_FLUSH,power cut"})
    void nothingIsLostWhicheverForceFails(FlushDiskType type, String crash) throws Exception {
        boolean complete = false;
        for (int force = 0; !complete; force++) {
            assertThat(force).as("the course ends some day").isLessThan(100);
            for (long seed = 0; seed < 4; seed++) {
                Journal journal = new Journal();
                SimulatedDisk disk = new SimulatedDisk();
                SimulatedDisk left;
                try (Life life = new Life(disk, type)) {
                    disk.failForcesAfter(force);
                    complete = course(life, journal);
                    disk.failForcesAfter(Integer.MAX_VALUE);
                    left = crash.equals("power cut") ? disk.crash(new Random(seed)) : disk.copy();
                }
                try (Life next = new Life(left, type)) {
                    check(next, journal, type == FlushDiskType.SYNC_FLUSH);
                    drain(next, journal);
                } catch (AssertionError e) {
                    throw new AssertionError("Force " + force + " failed, seed " + seed, e);
                }
            }
        }
    }

    @Test
    void consumerIsToldNothingUntilTheCopyIsOnDisk() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            Journal journal = new Journal();
            SimulatedDisk disk = new SimulatedDisk();
            CountDownLatch gate = new CountDownLatch(1);
            SimulatedDisk left;
            try (Life life = new Life(disk, FlushDiskType.SYNC_FLUSH)) {
                life.groups.send(ORDERS, "poison").get(20, TimeUnit.SECONDS);
                CountDownLatch hanging = disk.holdForces(gate);
                CompletableFuture<Command> answer =
                        life.groups.giveBack("g", life.groups.read(ORDERS, 0), seed % 2 == 0 ? 0 : MANY);
                assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();

                assertThat(answer).isNotDone();
                assertThat(life.store.maxOffset(WAITING) + life.store.maxOffset(DEAD))
                        .isZero();
                left = disk.crash(new Random(seed));
                gate.countDown();
            }
            try (Life next = new Life(left, FlushDiskType.SYNC_FLUSH)) {
                check(next, journal, true);
                drain(next, journal);
            }
        }
    }

    @Test
    void cursorStaysUntilTheHandOverIsOnDisk() throws Exception {
        for (long seed = 1; seed <= 20; seed++) {
            Journal journal = new Journal();
            SimulatedDisk disk = new SimulatedDisk();
            CountDownLatch gate = new CountDownLatch(1);
            SimulatedDisk left;
            try (Life life = new Life(disk, FlushDiskType.SYNC_FLUSH)) {
                life.groups.send(ORDERS, "poison").get(20, TimeUnit.SECONDS);
                giveBack(life, journal, ORDERS, 0, MANY);
                CountDownLatch hanging = disk.holdForces(gate);
                clock.pass(Duration.ofSeconds(3));
                life.groups.deliverDue();
                assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
                life.groups.deliverDue();

                assertThat(life.groups.cursors.cursor(WAITING.queueId())).isZero();
                assertThat(life.groups.account("g").retrying()).isEqualTo(1);
                life.groups.cursors.persist();
                left = disk.crash(new Random(seed));
                gate.countDown();
            }
            try (Life next = new Life(left, FlushDiskType.SYNC_FLUSH)) {
                check(next, journal, true);
                drain(next, journal);
                assertThat(next.store.maxOffset(RETRIES)).isEqualTo(1);
            }
        }
    }

    // --- lives of chance ---

    @ParameterizedTest
    @CsvSource({"SYNC_FLUSH,1,30", "ASYNC_FLUSH,1000,30"})
    void accountsAddUpAfterEveryCrash(FlushDiskType type, long firstSeed, int seeds) throws Exception {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                liveByChance(type, new Random(seed));
            } catch (Exception | AssertionError e) {
                throw new AssertionError("Failed with seed " + seed + " and " + type, e);
            }
        }
    }

    private void liveByChance(FlushDiskType type, Random chance) throws Exception {
        Journal journal = new Journal();
        SimulatedDisk disk = new SimulatedDisk();
        for (int life = 0; life < 5; life++) {
            try (Life current = new Life(disk, type)) {
                check(current, journal, type == FlushDiskType.SYNC_FLUSH);
                Set<String> answered = consumeByChance(current, journal, chance, life * 100);
                // What is answered after the cut does not count.
                Map<String, Boolean> before = Map.copyOf(journal.toldToBeSafe);
                disk = chance.nextInt(4) == 0 ? current.disk.copy() : current.disk.crash(chance);
                assertThat(before.keySet()).containsAll(answered);
                journal.toldToBeSafe.clear();
                if (type == FlushDiskType.SYNC_FLUSH) {
                    journal.toldToBeSafe.putAll(before);
                }
            }
        }
        try (Life last = new Life(disk, type)) {
            check(last, journal, type == FlushDiskType.SYNC_FLUSH);
            drain(last, journal);
        }
    }

    private static Set<String> consumeByChance(Life life, Journal journal, Random chance, int firstBody)
            throws Exception {
        Set<String> answered = new HashSet<>();
        Map<QueueKey, Long> next = new HashMap<>();
        int steps = chance.nextInt(40);
        if (chance.nextInt(3) == 0) {
            life.disk.failForcesAfter(chance.nextInt(30));
        }
        for (int step = 0; step < steps && life.works(); step++) {
            switch (chance.nextInt(10)) {
                case 0, 1 -> life.deliver();
                case 2 -> persist(life, life.groups::persist);
                case 3 -> persistOne(life, chance);
                case 4, 5 -> life.groups.send(ORDERS, "m" + (firstBody + step)).get(20, TimeUnit.SECONDS);
                default -> {
                    QueueKey queue = chance.nextBoolean() ? ORDERS : RETRIES;
                    long offset = next.getOrDefault(queue, life.stored(queue));
                    if (offset < life.store.maxOffset(queue)
                            && consume(life, journal, queue, offset, chance, answered)) {
                        next.put(queue, offset + 1);
                    }
                }
            }
        }
        life.disk.failForcesAfter(Integer.MAX_VALUE);
        return answered;
    }

    private interface Step {
        void run() throws Exception;
    }

    /** In the broker, each file has its own turn. */
    private static void persistOne(Life life, Random chance) throws Exception {
        persist(
                life,
                switch (chance.nextInt(3)) {
                    case 0 -> life.groups.offsets::persist;
                    case 1 -> life.groups.cursors::persist;
                    default -> life.groups.accounts::persist;
                });
    }

    private static void persist(Life life, Step step) throws Exception {
        try {
            step.run();
        } catch (IOException e) {
            assertThat(life.works())
                    .as("only a failed log keeps state from being stored")
                    .isFalse();
        }
    }

    /** @return whether the consumer goes on to the next message */
    private static boolean consume(
            Life life, Journal journal, QueueKey queue, long offset, Random chance, Set<String> answered)
            throws Exception {
        StoredMessage message = life.groups.read(queue, offset);
        String name = name(message);
        int maxTimes = chance.nextInt(3);
        switch (chance.nextInt(4)) {
            case 0 -> {
                // The answer gets lost, so the consumer does not go on.
                life.groups.giveBack("g", message, maxTimes);
                return false;
            }
            case 1 -> journal.handled.add(name);
            default -> {
                if (!life.groups.givenBack("g", message, maxTimes).isSuccess()) {
                    return false;
                }
                journal.toldToBeSafe.put(name, true);
                answered.add(name);
            }
        }
        life.groups.offsets.commit("g", queue, offset + 1);
        return true;
    }
}
