package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TimerQueueTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey TARGET = new QueueKey("orders", 3);

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final DelayLevels levels = DelayLevels.parse("1s");
    private final MessageCopies copies = new MessageCopies(levels, HOST);
    private final AtomicFile file = new AtomicFile(new SimulatedDisk(), Path.of("/state/delays.json"));
    private DelayCursors cursors;
    private DelaySchedule schedule;

    @BeforeEach
    void start() throws IOException {
        // So that it can be set back.
        clock.jump(Duration.ofDays(10));
        start(Set.of());
    }

    private void start(Set<Long> alreadyCopied) throws IOException {
        cursors = DelayCursors.load(file, store);
        schedule = new DelaySchedule(
                store, copies, levels, new OwnDelays(), cursors, alreadyCopied::contains, clock, () -> {});
    }

    private void park(String body, Duration in) {
        parkAt(body, clock.wallMs() + in.toMillis());
    }

    private void parkAt(String body, long dueMs) {
        store.append(copies.parkedUntil(message(body, Map.of()), dueMs), MessageStore.NO_ORIGIN, result -> {});
    }

    private static StoredMessage message(String body, Map<String, String> properties) {
        return new StoredMessage(
                TARGET.topic(),
                TARGET.queueId(),
                0,
                0,
                0,
                0,
                1,
                HOST,
                0,
                HOST,
                0,
                0,
                properties,
                body.getBytes(StandardCharsets.UTF_8));
    }

    /** With properties of that many bytes in all, by the length of one of them. */
    private void parkFull(String body, int bytes, String realTopic) {
        StoredMessage parked = copies.parkedUntil(message(body, Map.of()), clock.wallMs() + 100);
        Map<String, String> properties = new LinkedHashMap<>(parked.properties());
        properties.put(PropertyNames.REAL_TOPIC, realTopic);
        properties.put("long", "x");
        properties.put(
                "long",
                "x".repeat(1 + bytes - MessageProperties.encode(properties).length()));
        store.append(
                new StoredMessage(
                        parked.topic(),
                        parked.queueId(),
                        0,
                        0,
                        0,
                        0,
                        1,
                        HOST,
                        0,
                        HOST,
                        0,
                        0,
                        properties,
                        parked.body()),
                MessageStore.NO_ORIGIN,
                result -> {});
    }

    @Test
    void aMessageWhosePropertiesFillItsRecordIsDelivered() throws IOException {
        parkFull("full", MessageProperties.MAX_BYTES, TARGET.topic());
        park("next", Duration.ofMillis(200));

        clock.jump(Duration.ofSeconds(1));
        work();

        assertThat(delivered()).containsExactly("full", "next");
        assertThat(pending()).isZero();
    }

    @Test
    void aMessageThatCannotBeStoredIsPassedOver() throws IOException {
        parkFull("to a topic that no record holds", 2_000, "t".repeat(Names.MAX_DERIVED_TOPIC_LENGTH + 1));
        park("next", Duration.ofMillis(200));

        clock.jump(Duration.ofSeconds(1));
        work();

        assertThat(delivered()).containsExactly("next");
        assertThat(pending()).isZero();
    }

    private List<String> delivered() {
        return store.queue(TARGET).stream()
                .map(message -> new String(message.body(), StandardCharsets.UTF_8))
                .toList();
    }

    /** Works until nothing more happens. */
    private void work() throws IOException {
        for (int idle = 0; idle < 3; idle++) {
            schedule.doWork();
        }
    }

    private long pending() {
        return schedule.pendingTimers();
    }

    private double figure(String name) {
        return schedule.figures().read().stream()
                .filter(figure -> figure.name().equals(name))
                .findFirst()
                .orElseThrow()
                .value();
    }

    @Test
    void sleepsUntilTheFirstIsDueButLooksAtTheWallClockNowAndThen() throws IOException {
        assertThat(schedule.doWork()).isEqualTo(Agent.UNTIL_SIGNAL);
        park("later", Duration.ofSeconds(20));
        park("soon", Duration.ofMillis(300));

        assertThat(schedule.doWork()).isEqualTo(Duration.ofMillis(300).toNanos());
        assertThat(pending()).isEqualTo(2);
        clock.pass(Duration.ofMillis(300));
        assertThat(schedule.doWork()).isEqualTo(Duration.ofMillis(500).toNanos());

        assertThat(delivered()).containsExactly("soon");
        assertThat(store.origins).containsExactly(-1L, -1L, 1L);
        work();
        assertThat(pending()).isEqualTo(1);
        assertThat(figure("reliable.mq.broker.timers")).isEqualTo(1);
        assertThat(figure("reliable.mq.broker.timers.behind")).isZero();
        clock.pass(Duration.ofSeconds(21));
        assertThat(figure("reliable.mq.broker.timers.behind")).isCloseTo(1.3, within(0.001));
    }

    /** What callers of a recall heard. */
    private final List<String> heard = new ArrayList<>();

    private void recall(long position, long dueMs) throws IOException {
        schedule.recalls().recall(Objects.requireNonNull(store.readAt(position)), dueMs, new Recalls.Outcome() {
            @Override
            public void noted(AppendResult result) {
                heard.add(result.status().toString());
            }

            @Override
            public void tooLate() {
                heard.add("too late");
            }
        });
    }

    @Test
    void whatWasCalledBackIsNotDeliveredAlsoAfterARestart() throws IOException {
        long due = clock.wallMs() + 2_000;
        parkAt("a", due);
        parkAt("b", due);
        parkAt("c", due);
        recall(0, due);
        work();
        cursors.persist();
        start(Set.of());
        recall(1, due);
        work();
        recall(1, due);
        work();
        assertThat(heard).containsExactly("COMMITTED", "COMMITTED", "COMMITTED");
        assertThat(figure("reliable.mq.broker.timers.recalled")).isEqualTo(2);
        assertThat(store.queue(new QueueKey("rmq_sys_recalled", 0))).hasSize(2);

        clock.pass(Duration.ofSeconds(2));
        work();

        assertThat(delivered()).containsExactly("c");
        assertThat(pending()).isZero();
        assertThat(figure("reliable.mq.broker.timers.recalled")).isZero();
        recall(0, due);
        recall(2, due);
        work();
        assertThat(heard).endsWith("too late", "too late");
        cursors.persist();
        start(Set.of());
        work();
        assertThat(figure("reliable.mq.broker.timers.recalled")).isZero();
        assertThat(delivered()).containsExactly("c");
    }

    @Test
    void whatWasCalledBackIsNotDeliveredThoughTheLogShowsThatLaterThanItIsOpened() throws IOException {
        long due = clock.wallMs() + 2_000;
        parkAt("a", due);
        recall(0, due);
        work();
        // A crash of a master that waits for replicas, and none is there yet.
        store.hiddenFrom = 1;
        start(Set.of());
        work();
        store.hiddenFrom = Long.MAX_VALUE;

        clock.pass(Duration.ofSeconds(2));
        work();

        assertThat(delivered()).isEmpty();
        assertThat(figure("reliable.mq.broker.timers.recalled")).isZero();
    }

    @Test
    void aRecallThatTheStoreRefusesLosesNothing() throws IOException {
        long due = clock.wallMs() + 1_000;
        parkAt("a", due);
        store.outcome = AppendResult.Status.NO_SPACE;
        recall(0, due);
        work();
        store.outcome = AppendResult.Status.COMMITTED;
        clock.pass(Duration.ofSeconds(1));
        work();

        assertThat(heard).containsExactly("NO_SPACE");
        assertThat(delivered()).containsExactly("a");
    }

    @Test
    void aDueMessageWaitsUntilItsRecallIsDecided() throws IOException {
        long due = clock.wallMs() + 1_000;
        parkAt("a", due);
        work();
        store.holdsAnswers = true;
        recall(0, due);
        work();
        clock.pass(Duration.ofSeconds(1));
        work();
        assertThat(delivered()).isEmpty();

        store.answer();
        work();

        assertThat(heard).containsExactly("COMMITTED");
        assertThat(delivered()).isEmpty();
        assertThat(pending()).isZero();
    }

    @Test
    void handsOverInTheOrderOfTheirTimes() throws IOException {
        park("c", Duration.ofSeconds(3));
        park("a", Duration.ofSeconds(1));
        store.endSegment();
        park("b", Duration.ofSeconds(2));
        clock.pass(Duration.ofSeconds(5));

        work();

        assertThat(delivered()).containsExactly("a", "b", "c");
    }

    @Test
    void oneThatArrivesLateIsHandedOverAtOnceAndProgressIsKept() throws IOException {
        park("on time", Duration.ofSeconds(2));
        clock.pass(Duration.ofSeconds(2));
        work();
        parkAt("late", clock.wallMs() - 1_500);
        work();
        parkAt("later still", clock.wallMs() - 1_800);
        work();
        assertThat(delivered()).containsExactly("on time", "late", "later still");

        cursors.persist();
        start(Set.of());
        work();
        assertThat(delivered()).hasSize(3);
        assertThat(pending()).isZero();
    }

    @Test
    void aWallClockSetBackMakesMessagesWaitAndHandsNoneOverTwice() throws IOException {
        park("before", Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        work();
        clock.jump(Duration.ofHours(-1));
        park("after the jump", Duration.ofSeconds(5));

        work();
        assertThat(delivered()).containsExactly("before");
        cursors.persist();
        start(Set.of());
        work();
        assertThat(delivered()).containsExactly("before");

        clock.pass(Duration.ofSeconds(5));
        work();
        cursors.persist();
        start(Set.of());
        work();
        assertThat(delivered()).containsExactly("before", "after the jump");

        clock.jump(Duration.ofHours(1));
        park("after the jump back", Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        work();
        assertThat(delivered()).containsExactly("before", "after the jump", "after the jump back");
        assertThat(cursors.timers().steps()).hasSize(1);
    }

    @Test
    void aWallClockSetForwardMakesMessagesDue() throws IOException {
        park("x", Duration.ofHours(1));
        work();
        clock.jump(Duration.ofHours(2));

        work();

        assertThat(delivered()).containsExactly("x");
    }

    @Test
    void progressPassesOnlyCommittedCopies() throws IOException {
        park("x", Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        store.holdsAnswers = true;
        work();
        assertThat(delivered()).containsExactly("x");
        assertThat(pending()).isEqualTo(1);
        cursors.persist();

        // The broker dies here; the next start finds the copy in the log.
        store.holdsAnswers = false;
        start(Set.of(0L));
        assertThat(cursors.copiesFrom()).isLessThanOrEqualTo(1);
        work();
        assertThat(delivered()).containsExactly("x");
        assertThat(pending()).isZero();
    }

    @Test
    void triesAgainAfterAWhileWhenTheStoreIsBusy() throws IOException {
        park("x", Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        store.outcome = AppendResult.Status.BUSY;
        schedule.doWork();
        assertThat(schedule.doWork()).isEqualTo(Duration.ofMillis(100).toNanos());

        store.outcome = AppendResult.Status.COMMITTED;
        clock.pass(Duration.ofMillis(100));
        work();

        assertThat(delivered()).containsExactly("x");
        assertThat(pending()).isZero();
    }

    @Test
    void messageThatWasDamagedIsPassedOverAndOthersGoOn() throws IOException {
        park("damaged", Duration.ofSeconds(1));
        park("sound", Duration.ofSeconds(1));
        store.damaged = 0;
        clock.pass(Duration.ofSeconds(1));

        work();

        assertThat(delivered()).containsExactly("sound");
        assertThat(pending()).isZero();
        assertThat(schedule.pending()).isEqualTo(1);
        assertThat(schedule.health().findings())
                .singleElement()
                .satisfies(finding -> assertThat(finding.what()).contains("1 messages", "position 0"));

        // A replica whose copy is sound takes over, or the segment was restored.
        cursors.persist();
        store.damaged = -1;
        start(Set.of());
        work();

        assertThat(delivered()).containsExactly("sound", "damaged");
        assertThat(schedule.pending()).isZero();
        assertThat(schedule.health().findings()).isEmpty();
    }

    @Test
    void messageThatHasACopyAndIsDamagedWhenItsTurnComesIsNotHandedOverAgain() throws IOException {
        park("copied before the crash", Duration.ofSeconds(1));
        start(Set.of(0L));
        store.damaged = 0;
        clock.pass(Duration.ofSeconds(1));
        work();
        assertThat(schedule.pending()).isZero();

        store.damaged = -1;
        clock.pass(Duration.ofMinutes(1));
        work();
        assertThat(delivered()).isEmpty();
        assertThat(cursors.copiesFrom()).isEqualTo(1);
    }

    @Test
    void diskThatDoesNotReadIsAskedAgain() throws IOException {
        park("x", Duration.ofSeconds(1));
        clock.pass(Duration.ofSeconds(1));
        store.failsToRead = true;
        assertThatThrownBy(schedule::doWork).isInstanceOf(IOException.class);

        store.failsToRead = false;
        work();

        assertThat(delivered()).containsExactly("x");
    }

    @Test
    void aBurstLargerThanWhatIsHeldInMemoryIsHandedOverWhole() throws IOException {
        long due = clock.wallMs() + 1_000;
        Set<String> sent = new HashSet<>();
        for (int i = 0; i < 40_000; i++) {
            sent.add("m" + i);
            parkAt("m" + i, due + i % 3);
            if (i % 7_000 == 6_999) {
                schedule.doWork();
                store.endSegment();
            }
        }
        clock.pass(Duration.ofSeconds(2));

        for (int i = 0; i < 100 && pending() > 0; i++) {
            schedule.doWork();
        }

        assertThat(delivered()).hasSize(40_000);
        assertThat(new HashSet<>(delivered())).isEqualTo(sent);
        assertThat(pending()).isZero();
    }

    @Test
    void whateverHappensEachIsHandedOverExactlyOnce() throws IOException {
        for (long seed = 1; seed <= 40; seed++) {
            Run run = new Run(seed);
            try {
                run.live();
            } catch (IOException | AssertionError e) {
                throw new AssertionError("Failed with seed " + seed, e);
            }
        }
    }

    /** Random arrivals, clock jumps, answers that wait, restarts with and without a stored progress. */
    private static final class Run {

        private final Random chance;
        private final TimerQueueTest test = new TimerQueueTest();
        private int sent;

        Run(long seed) {
            chance = new Random(seed);
        }

        void live() throws IOException {
            test.start();
            for (int step = 0; step < 300; step++) {
                step();
            }
            test.store.holdsAnswers = false;
            test.store.answer();
            restart();
            test.clock.jump(Duration.ofDays(1));
            test.work();
            List<String> delivered = new ArrayList<>(test.delivered());
            assertThat(delivered).doesNotHaveDuplicates().hasSize(sent);
            assertThat(test.pending()).isZero();
        }

        private void step() throws IOException {
            switch (chance.nextInt(12)) {
                case 0, 1, 2, 3 -> test.park("m" + sent++, Duration.ofMillis(chance.nextInt(4_000) - 500));
                case 4 -> test.clock.pass(Duration.ofMillis(chance.nextInt(1_500)));
                case 5 -> test.clock.jump(Duration.ofMillis(chance.nextInt(8_000) - 4_000));
                case 6 -> test.store.endSegment();
                case 7 -> test.cursors.persist();
                case 8 -> test.store.holdsAnswers = chance.nextBoolean();
                case 9 -> {
                    if (chance.nextInt(4) == 0) {
                        restart();
                    }
                }
                default -> {
                    test.store.answer();
                    test.schedule.doWork();
                }
            }
        }

        /** As after a crash: what recovery finds is the log, and a progress that may be old. */
        private void restart() throws IOException {
            test.store.forgetAnswers();
            test.cursors = DelayCursors.load(test.file, test.store);
            Set<Long> copied = new HashSet<>();
            List<Long> origins = test.store.origins;
            for (long at = test.cursors.copiesFrom(); at < origins.size(); at++) {
                copied.add(origins.get((int) at));
            }
            test.start(copied);
        }
    }
}
