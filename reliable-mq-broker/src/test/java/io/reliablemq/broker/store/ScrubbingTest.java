package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.figures.Reading;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.log.LogScrubber;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** How much is read again to find damage, and what is said of what was found. */
class ScrubbingTest {

    private static final int SEGMENT_BYTES = 64 << 10;
    private static final int BODY_BYTES = 10_000;
    private static final int MESSAGES = 60;
    private static final Duration TICK = Duration.ofMillis(100);

    private final ManualClock clock = new ManualClock();
    private final KeeperByHand keeper = new KeeperByHand();
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Logger logger = (Logger) LoggerFactory.getLogger(LogScrubber.class);
    private final ListAppender<ILoggingEvent> lines = new ListAppender<>();
    private LogMessageStore store;

    @BeforeEach
    void listen() {
        lines.start();
        logger.addAppender(lines);
    }

    @AfterEach
    void close() throws Exception {
        logger.detachAppender(lines);
        store.close();
    }

    private void fill(long bytesPerSecond) throws Exception {
        StoreSettings settings = StoreSettings.in(Path.of("/data"))
                .withSegmentBytes(SEGMENT_BYTES)
                .withRetention(StoreSettings.Retention.DEFAULT
                        .withAge(Duration.ofDays(365))
                        .withReserveBytes(0)
                        .withScrub(bytesPerSecond, Duration.ofHours(1)));
        store = LogMessageStore.open(
                settings,
                disk,
                clock,
                (where, error) -> {
                    throw new AssertionError(where, error);
                },
                keeper);
        for (int i = 0; i < MESSAGES; i++) {
            put(store, message("orders", 0, "x".repeat(BODY_BYTES)));
        }
        keeper.step();
    }

    private void pass(Duration duration) throws Exception {
        for (Duration passed = Duration.ZERO; passed.compareTo(duration) < 0; passed = passed.plus(TICK)) {
            clock.pass(TICK);
            keeper.step();
        }
    }

    private double read() {
        return Reading.value(store.figures(), "scrub.read");
    }

    @Test
    void readsNoMoreThanItsRateAllowsAndNoMuchLess() throws Exception {
        int rate = 16 << 10;
        fill(rate);
        pass(Duration.ofMinutes(1).minus(TICK));
        assertThat(read()).as("a start has enough to do").isZero();

        for (int seconds = 1; seconds <= 20; seconds++) {
            pass(Duration.ofSeconds(1));
            assertThat(read())
                    .as("after %d s", seconds)
                    .isBetween(rate * seconds / 2.0 - SEGMENT_BYTES, (double) rate * seconds + SEGMENT_BYTES);
        }
    }

    @Test
    void readsNothingIfItIsOff() throws Exception {
        fill(0);

        for (int days = 0; days < 10; days++) {
            clock.pass(Duration.ofDays(1));
            keeper.step();
        }

        assertThat(read()).isZero();
        assertThat(Reading.value(store.figures(), "scrub.rounds")).isZero();
    }

    @Test
    void saysOnceWhichFileIsDamagedAndWhatToDo() throws Exception {
        fill(1 << 20);
        Path second = Path.of("/data/log/00000000000000065536.log");
        disk.flipBit(second, 30_000, 1);

        pass(Duration.ofMinutes(2));
        clock.pass(Duration.ofHours(1));
        pass(Duration.ofMinutes(2));

        assertThat(Reading.value(store.figures(), "scrub.rounds")).isGreaterThanOrEqualTo(2);
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.ERROR);
            assertThat(line.getFormattedMessage())
                    .contains("damaged at position " + store.damage().get(0).position())
                    .contains(second.toString())
                    .contains("recovery=salvage");
        });
    }

    @Test
    void anIndexFileThatCannotBeReadIsNoDamageOfTheLog() throws Exception {
        fill(1 << 20);
        disk.faults().arm(Operation.READ, file -> file.toString().endsWith(".keys"), 0, 1, 0);

        pass(Duration.ofMinutes(2));

        assertThat(store.damage()).isEmpty();
        assertThat(store.damagedIndexFiles()).isEqualTo(1);
        assertThat(store.verifyIndexes(0)).as("made again").isTrue();
    }

    @Test
    void anIndexFileThatCannotBeOpenedKeepsNoSegmentFromBeingRead() throws Exception {
        fill(1 << 20);
        disk.faults().arm(Operation.OPEN, file -> file.toString().endsWith(".keys"), 0, Integer.MAX_VALUE, 0);

        pass(Duration.ofMinutes(2));

        assertThat(store.damage()).isEmpty();
        assertThat(store.damagedIndexFiles()).isZero();
        assertThat(read()).isGreaterThan((double) MESSAGES * BODY_BYTES - SEGMENT_BYTES - BODY_BYTES);
        assertThat(lines.list).isNotEmpty().allSatisfy(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage()).contains("Too many open files");
        });
    }

    /** At the opening, and where a file that rested is to be opened again in the middle of it. */
    @ParameterizedTest
    @EnumSource(
            value = Operation.class,
            names = {"OPEN", "REOPEN"})
    void aSegmentThatHasNoHandleIsNotDamaged(Operation operation) throws Exception {
        fill(1 << 20);
        disk.faults().arm(operation, file -> file.toString().endsWith("65536.log"), 0, Integer.MAX_VALUE, 0);

        pass(Duration.ofMinutes(2));

        assertThat(store.damage()).isEmpty();
        assertThat(Reading.value(store.figures(), "scrub.rounds"))
                .as("not all was read")
                .isZero();
        assertThat(lines.list).singleElement().satisfies(line -> {
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .contains("65536.log cannot be verified in this round")
                    .contains("Too many open files");
        });

        disk.faults().clear();
        clock.pass(Duration.ofHours(1));
        pass(Duration.ofMinutes(2));
        assertThat(Reading.value(store.figures(), "scrub.rounds")).isEqualTo(1);
        assertThat(lines.list).hasSize(1);
    }
}
