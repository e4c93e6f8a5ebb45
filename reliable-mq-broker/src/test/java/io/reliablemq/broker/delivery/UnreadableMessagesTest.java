package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many messages that the disk does not give, in a level's queue and among the timers. */
class UnreadableMessagesTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey TARGET = new QueueKey("orders", 0);
    private static final QueueKey LEVEL = new QueueKey(Names.SCHEDULE_TOPIC, 0);
    private static final Duration DELAY = Duration.ofSeconds(10);
    private static final int LIMIT = 10_000;

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final DelayLevels levels = DelayLevels.parse("10s");
    private final MessageCopies copies = new MessageCopies(levels, HOST);
    private DelayCursors cursors;
    private DelaySchedule schedule;

    @BeforeEach
    void start() throws IOException {
        cursors = DelayCursors.load(new AtomicFile(new SimulatedDisk(), Path.of("/state/delays.json")), store);
        schedule =
                new DelaySchedule(store, copies, levels, new OwnDelays(), cursors, position -> false, clock, () -> {});
    }

    private void park(boolean asTimer, int count) {
        StoredMessage message =
                new StoredMessage(TARGET.topic(), 0, 0, 0, 0, 0, 1, HOST, 0, HOST, 0, 0, Map.of(), new byte[1]);
        for (int i = 0; i < count; i++) {
            StoredMessage parked = asTimer
                    ? copies.parkedUntil(message, clock.wallMs() + DELAY.toMillis())
                    : copies.parked(message, 1);
            store.append(parked, MessageStore.NO_ORIGIN, result -> {});
        }
    }

    private static QueueKey queue(boolean asTimer) {
        return asTimer ? new QueueKey(Names.TIMER_TOPIC, 0) : LEVEL;
    }

    private void work(int rounds) throws IOException {
        for (int i = 0; i < rounds; i++) {
            schedule.doWork();
        }
    }

    /** @return whether it holds up, as there is no room for more that cannot be read */
    private boolean isHeldUp(int rounds) throws IOException {
        try {
            work(rounds);
            return false;
        } catch (UnreadableMessageException e) {
            return true;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void noMoreArePassedOverThanTheLimitHoweverFastTheirReadsFail(boolean asTimer) throws IOException {
        park(asTimer, LIMIT + 100);
        store.rotten.addAll(store.queue(queue(asTimer)));
        clock.pass(DELAY);

        assertThat(isHeldUp(100)).isTrue();
        assertThat(isHeldUp(1)).isTrue();
        assertThat(cursors.unreadable()).hasSize(LIMIT);
    }

    @Test
    void oneRoundPassesOverNoMoreThanItWouldHandOver() throws IOException {
        park(false, 1_000);
        store.rotten.addAll(store.queue(LEVEL));
        clock.pass(DELAY);

        work(2);
        assertThat(cursors.unreadable()).hasSizeBetween(1, 256);
        work(4);
        assertThat(cursors.unreadable()).hasSize(1_000);
    }

    @Test
    void whatCanBeReadAgainIsHandedOverWithoutFurtherPauses() throws IOException {
        park(false, 1_000);
        store.rotten.addAll(store.queue(LEVEL));
        clock.pass(DELAY);
        work(10);
        assertThat(cursors.unreadable()).hasSize(1_000);

        store.rotten.clear();
        clock.pass(Duration.ofSeconds(30));
        work(50);

        assertThat(store.queue(TARGET)).hasSize(1_000);
        assertThat(schedule.pending()).isZero();
    }

    @Test
    void diskThatGivesNothingIsLeftInPeace() throws IOException {
        park(false, 1_000);
        store.rotten.addAll(store.queue(LEVEL));
        clock.pass(DELAY);
        work(10);

        clock.pass(Duration.ofSeconds(30));
        assertThat(schedule.doWork()).isEqualTo(Duration.ofSeconds(30).toNanos());
    }

    @Test
    void whatCanBeReadBeforeItsTimeIsHandedOverAtItsTime() throws IOException {
        park(false, 200);
        store.rotten.addAll(store.queue(LEVEL));
        work(2);
        store.rotten.clear();

        clock.pass(Duration.ofSeconds(1));
        work(10);
        assertThat(schedule.doWork()).isEqualTo(Duration.ofSeconds(9).toNanos());
        assertThat(store.queue(TARGET)).isEmpty();

        clock.pass(Duration.ofSeconds(9));
        work(10);
        assertThat(store.queue(TARGET)).hasSize(200);
        assertThat(schedule.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void readThatTheDiskFailsForAMomentIsTriedAgainInstead(boolean asTimer) throws IOException {
        park(asTimer, 3);
        store.failing.addAll(store.queue(queue(asTimer)));
        clock.pass(DELAY);
        for (int seconds = 0; seconds < 3; seconds++) {
            // Signals of others bring the next try no nearer.
            work(20);
            clock.pass(Duration.ofSeconds(1));
        }
        assertThat(cursors.unreadable()).isEmpty();

        store.failing.clear();
        work(2);
        assertThat(store.queue(TARGET)).hasSize(3);
        assertThat(schedule.pending()).isZero();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void diskThatFailsThroughoutIsNotWaitedForMessageByMessage(boolean asTimer) throws IOException {
        park(asTimer, 3);
        store.failing.addAll(store.queue(queue(asTimer)));
        clock.pass(DELAY);
        for (int seconds = 0; seconds < 5; seconds++) {
            work(2);
            assertThat(cursors.unreadable()).isEmpty();
            clock.pass(Duration.ofSeconds(1));
        }

        work(2);
        assertThat(cursors.unreadable()).hasSize(3);
    }

    @Test
    void timersThatCannotBeReadAreNotReadAgainWithEachBeforeThem() throws IOException {
        park(true, 1_000);
        store.rotten.addAll(store.queue(queue(true)));
        clock.pass(DELAY);
        work(4);

        assertThat(cursors.unreadable()).hasSize(1_000);
        assertThat(store.reads).isLessThan(5_000);
    }
}
