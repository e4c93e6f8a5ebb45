package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DelayScheduleTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey TARGET = new QueueKey("orders", 3);
    private static final QueueKey LEVEL_1 = new QueueKey(Names.SCHEDULE_TOPIC, 0);

    @TempDir
    Path folder;

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final DelayLevels levels = DelayLevels.parse("1s 10s");
    private final MessageCopies copies = new MessageCopies(levels, HOST);
    private OwnDelays ownDelays = new OwnDelays();
    private DelayCursors cursors;

    @BeforeEach
    void load() throws IOException {
        cursors = DelayCursors.load(new AtomicFile(new DiskFiles(), folder.resolve("delays.json")), store);
    }

    private DelaySchedule schedule(Set<Long> alreadyCopied) throws IOException {
        ownDelays = new OwnDelays();
        return new DelaySchedule(store, copies, levels, ownDelays, cursors, alreadyCopied::contains, clock, () -> {});
    }

    private void park(String body, int level) {
        store.append(copies.parked(message(body), level), MessageStore.NO_ORIGIN, result -> {});
    }

    private void park(String body, Duration delay) {
        store.append(copies.parkedFor(message(body), delay), MessageStore.NO_ORIGIN, result -> {});
    }

    private static StoredMessage message(String body) {
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
                Map.of(),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> delivered() {
        return store.queue(TARGET).stream()
                .map(message -> new String(message.body(), StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void sleepsUntilTheNextMessageIsDue() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        assertThat(schedule.doWork()).isEqualTo(Agent.UNTIL_SIGNAL);

        park("later", 2);
        park("soon", 1);

        assertThat(schedule.doWork()).isEqualTo(Duration.ofSeconds(1).toNanos());
        clock.pass(Duration.ofSeconds(1));
        assertThat(schedule.doWork()).isEqualTo(Duration.ofSeconds(9).toNanos());
        assertThat(delivered()).containsExactly("soon");
        assertThat(store.origins).containsExactly(-1L, -1L, 1L);
    }

    @Test
    void waitsNoLongerThanTheDelayWhenTheWallClockIsSetBack() throws IOException {
        park("x", 1);
        clock.jump(Duration.ofHours(-1));
        DelaySchedule schedule = schedule(Set.of());

        assertThat(schedule.doWork()).isEqualTo(Duration.ofSeconds(1).toNanos());
        clock.pass(Duration.ofSeconds(1));
        schedule.doWork();
        assertThat(delivered()).containsExactly("x");
    }

    @Test
    void movesItsCursorOnlyPastCommittedCopies() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        park("x", 1);
        clock.pass(Duration.ofSeconds(1));
        store.outcome = AppendResult.Status.BUSY;

        schedule.doWork();
        schedule.doWork();
        assertThat(cursors.cursor(0)).isZero();

        store.outcome = AppendResult.Status.COMMITTED;
        clock.pass(Duration.ofMillis(100));
        schedule.doWork();
        schedule.doWork();
        assertThat(cursors.cursor(0)).isEqualTo(1);
        assertThat(delivered()).containsExactly("x");
    }

    @Test
    void pausesBeforeItTriesARefusedCopyAgain() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        park("x", 1);
        clock.pass(Duration.ofSeconds(1));
        store.outcome = AppendResult.Status.NO_SPACE;
        schedule.doWork();
        store.outcome = AppendResult.Status.COMMITTED;

        assertThat(schedule.doWork()).isEqualTo(Duration.ofMillis(100).toNanos());
        assertThat(delivered()).isEmpty();

        clock.pass(Duration.ofMillis(100));
        schedule.doWork();
        assertThat(delivered()).containsExactly("x");
    }

    @Test
    void passesOverMessagesWhoseCopyIsInTheLogAlready() throws IOException {
        park("copied before the crash", 1);
        park("not copied", 1);
        clock.pass(Duration.ofSeconds(1));
        DelaySchedule schedule = schedule(Set.of(0L));

        schedule.doWork();
        schedule.doWork();

        assertThat(delivered()).containsExactly("not copied");
        assertThat(cursors.cursor(0)).isEqualTo(2);
    }

    @Test
    void remembersCopiesOfAnEarlierLifeUntilItsCursorHasPassedTheirOriginals() throws IOException {
        park("copied before the crash", 1);
        park("copied, too", 2);
        clock.pass(Duration.ofSeconds(1));
        DelaySchedule schedule = schedule(Set.of(0L, 1L));

        schedule.doWork();
        assertThat(cursors.copiesFrom()).isZero();
        schedule.doWork();
        assertThat(cursors.copiesFrom()).isZero();
        clock.pass(Duration.ofSeconds(10));
        schedule.doWork();
        schedule.doWork();

        assertThat(cursors.copiesFrom()).isEqualTo(2);
    }

    @Test
    void deliversWhatWaitsForALevelThatIsNoMore() throws IOException {
        MessageCopies more = new MessageCopies(DelayLevels.parse("1s 10s 1h"), HOST);
        StoredMessage message =
                new StoredMessage(TARGET.topic(), 3, 0, 0, 0, 0, 1, HOST, 0, HOST, 0, 0, Map.of(), new byte[] {'y'});
        store.append(more.parked(message, 3), MessageStore.NO_ORIGIN, result -> {});
        clock.pass(Duration.ofSeconds(10));

        schedule(Set.of()).doWork();

        assertThat(delivered()).containsExactly("y");
    }

    @Test
    void messageThatCannotBeReadHoldsUpItsOwnLevelOnly() throws IOException {
        park("lost to the disk", 1);
        park("of another level", 2);
        clock.pass(Duration.ofSeconds(10));
        store.unreadable = new QueueKey(Names.SCHEDULE_TOPIC, 0);
        DelaySchedule schedule = schedule(Set.of());

        assertThatThrownBy(schedule::doWork).isInstanceOf(IOException.class);
        assertThat(delivered()).containsExactly("of another level");
        assertThat(cursors.cursor(0)).isZero();

        store.unreadable = null;
        schedule.doWork();
        assertThat(delivered()).containsExactly("of another level", "lost to the disk");
    }

    @Test
    void messageThatIsDamagedHoldsNothingUpAndIsHandedOverOnceItCanBeRead() throws IOException {
        park("damaged", 1);
        park("behind", 1);
        StoredMessage damaged = store.queue(LEVEL_1).get(0);
        store.rotten.add(damaged);
        clock.pass(Duration.ofSeconds(1));
        DelaySchedule schedule = schedule(Set.of());

        schedule.doWork();
        schedule.doWork();

        assertThat(delivered()).containsExactly("behind");
        assertThat(schedule.pending()).isEqualTo(1);
        assertThat(schedule.waitsIn(new SegmentContent(0, 1, 0, List.of()))).isTrue();
        assertThat(schedule.health().findings()).hasSize(1);

        store.rotten.clear();
        clock.pass(Duration.ofSeconds(30));
        schedule.doWork();
        schedule.doWork();

        assertThat(delivered()).containsExactly("behind", "damaged");
        assertThat(schedule.pending()).isZero();
        assertThat(schedule.waitsIn(new SegmentContent(0, 1, 0, List.of()))).isFalse();
        assertThat(schedule.health().findings()).isEmpty();
    }

    @Test
    void messageThatIsDamagedIsNotHandedOverBeforeItsTime() throws IOException {
        park("damaged", 2);
        store.rotten.add(store.queue(new QueueKey(Names.SCHEDULE_TOPIC, 1)).get(0));
        DelaySchedule schedule = schedule(Set.of());
        schedule.doWork();
        schedule.doWork();
        store.rotten.clear();

        clock.pass(Duration.ofSeconds(1));
        assertThat(schedule.doWork()).isEqualTo(Duration.ofSeconds(9).toNanos());
        assertThat(delivered()).isEmpty();
        clock.pass(Duration.ofSeconds(9));
        schedule.doWork();
        assertThat(delivered()).containsExactly("damaged");
    }

    @Test
    void messageThatWasDamagedAndHasACopyIsNotHandedOverAgain() throws IOException {
        park("damaged", 1);
        store.rotten.addAll(store.queue(LEVEL_1));
        clock.pass(Duration.ofSeconds(1));
        DelaySchedule schedule = schedule(Set.of());
        schedule.doWork();
        schedule.doWork();
        assertThat(schedule.pending()).isEqualTo(1);
        store.rotten.clear();

        assertThat(schedule(Set.of(0L)).pending()).isZero();
    }

    @Test
    void messageThatHasACopyAndIsDamagedWhenItsTurnComesIsNotHandedOverAgain() throws IOException {
        park("copied before the crash", 1);
        store.rotten.addAll(store.queue(LEVEL_1));
        clock.pass(Duration.ofSeconds(1));
        DelaySchedule schedule = schedule(Set.of(0L));
        schedule.doWork();
        schedule.doWork();
        assertThat(schedule.pending()).isZero();

        store.rotten.clear();
        clock.pass(Duration.ofMinutes(1));
        schedule.doWork();
        schedule.doWork();
        assertThat(delivered()).isEmpty();
        assertThat(cursors.copiesFrom()).isEqualTo(1);
    }

    @Test
    void gapInTheScheduleHoldsNothingUp() throws IOException {
        park("before", 1);
        park("deleted", 1);
        park("behind", 1);
        store.delete(new QueueKey(Names.SCHEDULE_TOPIC, 0), 1, 2);
        clock.pass(Duration.ofSeconds(1));
        DelaySchedule schedule = schedule(Set.of());

        schedule.doWork();
        schedule.doWork();

        assertThat(delivered()).containsExactly("before", "behind");
        assertThat(cursors.cursor(0)).isEqualTo(3);
    }

    @Test
    void copyOnItsWayWhenTheLogFailedIsNotMadeAgain() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        park("x", 1);
        clock.pass(Duration.ofSeconds(1));
        store.outcome = AppendResult.Status.FAILED;
        schedule.doWork();

        store.outcome = AppendResult.Status.COMMITTED;
        schedule.doWork();

        assertThat(delivered()).isEmpty();
        assertThat(cursors.cursor(0)).isZero();
    }

    @Test
    void afterAFailureOfTheLogCursorsAreNeitherStoredNorComplainedAboutEverySecond() throws IOException {
        cursors.advance(0, 5);
        store.failure = "a force failed";

        cursors.persist();

        load();
        assertThat(cursors.cursor(0)).isZero();
    }

    @Test
    void goesOnFromTheStoredCursor() throws IOException {
        DelaySchedule first = schedule(Set.of());
        park("x", 1);
        clock.pass(Duration.ofSeconds(1));
        first.doWork();
        first.doWork();
        cursors.persist();

        load();
        schedule(Set.of()).doWork();

        assertThat(cursors.cursor(0)).isEqualTo(1);
        assertThat(delivered()).containsExactly("x");
    }

    @Test
    void segmentIsNeededWhileAMessageInItWaits() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        park("x", 1);
        SegmentContent segment =
                new SegmentContent(0, 1000, 0, List.of(new SegmentContent.Part(Names.SCHEDULE_TOPIC, 0, 0, 1)));
        assertThat(schedule.waitsIn(segment)).isTrue();
        assertThat(schedule.pending()).isEqualTo(1);

        clock.pass(Duration.ofSeconds(1));
        schedule.doWork();
        schedule.doWork();

        assertThat(schedule.waitsIn(segment)).isFalse();
        assertThat(schedule.pending()).isZero();
    }

    @Test
    void waitsForADelayThatIsNoLevelToTheMillisecond() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        Duration delay = Duration.ofMillis(1_500);
        assertThat(ownDelays.admit(delay)).isTrue();
        park("after 1.5 s", delay);
        park("after 10 s", 2);

        assertThat(schedule.doWork()).isEqualTo(delay.toNanos());
        clock.pass(delay.minusMillis(1));
        assertThat(schedule.doWork()).isEqualTo(Duration.ofMillis(1).toNanos());
        assertThat(delivered()).isEmpty();
        clock.pass(Duration.ofMillis(1));
        schedule.doWork();

        assertThat(delivered()).containsExactly("after 1.5 s");
    }

    @Test
    void findsDelaysThatAreNoLevelAgainAfterAStart() throws IOException {
        Duration delay = Duration.ofSeconds(7);
        park("handed over before", delay);
        park("waits", delay);
        clock.pass(delay);
        DelaySchedule schedule = schedule(Set.of(0L));
        assertThat(schedule.pending()).isEqualTo(2);

        schedule.doWork();
        schedule.doWork();

        assertThat(delivered()).containsExactly("waits");
        assertThat(cursors.cursor(OwnDelays.queueId(delay))).isEqualTo(2);
        assertThat(schedule.pending()).isZero();
    }

    @Test
    void segmentIsNeededForADelayThatItHasNotOpenedYet() throws IOException {
        DelaySchedule schedule = schedule(Set.of());
        Duration delay = Duration.ofSeconds(7);
        int queueId = OwnDelays.queueId(delay);
        SegmentContent segment =
                new SegmentContent(0, 1000, 0, List.of(new SegmentContent.Part(Names.SCHEDULE_TOPIC, queueId, 0, 1)));
        assertThat(schedule.waitsIn(segment)).isTrue();

        park("x", delay);
        ownDelays.arrivedIn(new QueueKey(Names.SCHEDULE_TOPIC, queueId));
        schedule.doWork();
        assertThat(schedule.waitsIn(segment)).isTrue();
        clock.pass(delay);
        schedule.doWork();
        schedule.doWork();

        assertThat(schedule.waitsIn(segment)).isFalse();
        assertThat(delivered()).containsExactly("x");
    }
}
