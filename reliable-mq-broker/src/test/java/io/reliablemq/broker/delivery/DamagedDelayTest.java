package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.figures.Reading;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFaults.Operation;
import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The disk damages messages that wait for their time. Those behind them do not wait for that. */
class DamagedDelayTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey TARGET = new QueueKey("orders", 0);
    private static final QueueKey LEVEL = new QueueKey(Names.SCHEDULE_TOPIC, 0);
    private static final QueueKey TIMERS = new QueueKey(Names.TIMER_TOPIC, 0);
    private static final Path SEGMENT = Path.of("/data/log/00000000000000000000.log");
    private static final Path INDEX = Path.of("/data/log/00000000000000000000.index");
    private static final StoreSettings SETTINGS = StoreSettings.in(Path.of("/data"))
            .withSegmentBytes(8192)
            .withRetention(StoreSettings.Retention.DEFAULT.withReserveBytes(0));

    private final ManualClock clock = new ManualClock();
    private final SimulatedDisk disk = new SimulatedDisk();
    private final DelayLevels levels = DelayLevels.parse("1s");
    private final MessageCopies copies = new MessageCopies(levels, HOST);
    private LogMessageStore store;
    private DelayCursors cursors;
    private DelaySchedule schedule;
    private int level;
    private int timer;

    @BeforeEach
    void park() throws Exception {
        open(SETTINGS);
        append(copies.parked(message("level damaged"), 1));
        append(copies.parked(message("level behind"), 1));
        append(copies.parkedUntil(message("timer damaged"), clock.wallMs() + 1_000));
        append(copies.parkedUntil(message("timer behind"), clock.wallMs() + 1_001));
        // Where a start reads what is not indexed, it would find the damage itself.
        append(message("x".repeat(7000)));
        append(message("x".repeat(7000)));
        await().until(() -> disk.exists(INDEX));
        level = Math.toIntExact(position(LEVEL));
        timer = Math.toIntExact(position(TIMERS));
        close();
    }

    private long position(QueueKey queue) throws IOException {
        return Objects.requireNonNull(store.readAt(queue, 0)).position();
    }

    /** The last byte of its properties, which no checksum of the body covers; and one of a body. */
    private void damage() throws IOException {
        byte[] content = disk.content(SEGMENT);
        int size = java.nio.ByteBuffer.wrap(content).getInt(level);
        disk.flipBit(SEGMENT, level + size - 1, 1);
        disk.flipBit(SEGMENT, timer + 90, 1);
    }

    private void open(StoreSettings settings) throws IOException {
        store = LogMessageStore.open(settings, disk, clock, (where, error) -> {
            throw new AssertionError(where, error);
        });
        cursors = DelayCursors.load(new AtomicFile(disk, Path.of("/data/state/delays.json")), store);
        Set<Long> copied = new HashSet<>();
        store.forEachOrigin(cursors.copiesFrom(), (origin, position) -> copied.add(origin));
        schedule =
                new DelaySchedule(store, copies, levels, new OwnDelays(), cursors, copied::contains, clock, () -> {});
    }

    @AfterEach
    void close() throws IOException {
        cursors.persist();
        store.close();
    }

    private void append(StoredMessage message) throws Exception {
        CompletableFuture<Object> result = new CompletableFuture<>();
        store.append(message, MessageStore.NO_ORIGIN, result::complete);
        result.get(20, TimeUnit.SECONDS);
    }

    private static StoredMessage message(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        return new StoredMessage(TARGET.topic(), 0, 0, 0, 0, 0, 1, HOST, 0, HOST, 0, 0, Map.of("KEYS", "k"), bytes);
    }

    private List<String> delivered() throws IOException {
        List<String> bodies = new ArrayList<>();
        for (long offset = 2; offset < store.maxOffset(TARGET); offset++) {
            bodies.add(new String(
                    Objects.requireNonNull(store.readAt(TARGET, offset)).body(), StandardCharsets.UTF_8));
        }
        return bodies;
    }

    private void deliver(String... bodies) {
        clock.pass(Duration.ofSeconds(30));
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
            schedule.doWork();
            assertThat(delivered()).containsExactlyInAnyOrder(bodies);
        });
    }

    private void settle(long pending) {
        await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).untilAsserted(() -> {
            schedule.doWork();
            assertThat(schedule.pending()).isEqualTo(pending);
        });
    }

    @Test
    void whatIsDamagedHoldsNothingUpAndIsDeliveredOnceTheSegmentIsRestored() throws Exception {
        damage();
        open(SETTINGS);
        deliver("level behind", "timer behind");
        settle(2);

        assertThat(schedule.health().findings())
                .singleElement()
                .satisfies(finding ->
                        assertThat(finding.what()).contains("2 messages", "byte " + level + " of " + SEGMENT));
        assertThat(Reading.value(schedule.figures(), "delayed.unreadable")).isEqualTo(2);
        close();
        // Each bit is put right again.
        damage();
        open(SETTINGS);
        deliver("level behind", "timer behind", "level damaged", "timer damaged");
        settle(0);
        assertThat(schedule.health().findings()).isEmpty();
        close();
        open(SETTINGS);
        clock.pass(Duration.ofMinutes(1));
        settle(0);
        assertThat(delivered()).hasSize(4);
    }

    @Test
    void readThatFailsForOnceOnlyDelaysItsMessage() throws Exception {
        open(SETTINGS);
        disk.faults().arm(Operation.READ, SEGMENT::equals, 0, 1, 0);

        deliver("timer behind", "timer damaged");
        deliver("level behind", "timer behind", "level damaged", "timer damaged");
        settle(0);
    }

    @Test
    void logThatCannotBeOpenedAgainForNowIsNotDamaged() throws Exception {
        open(SETTINGS);
        disk.faults().arm(Operation.REOPEN, SEGMENT::equals, 0, Integer.MAX_VALUE, 0);
        clock.pass(Duration.ofSeconds(30));
        for (int i = 0; i < 20; i++) {
            assertThatThrownBy(schedule::doWork).isInstanceOf(NoHandleLeftException.class);
            clock.pass(Duration.ofSeconds(1));
        }

        assertThat(schedule.health().findings()).isEmpty();
        disk.faults().clear();
        deliver("level damaged", "level behind", "timer damaged", "timer behind");
        settle(0);
    }

    @Test
    void whatWasSetAsideIsNoLongerTried() throws Exception {
        damage();
        open(SETTINGS);
        deliver("level behind", "timer behind");
        settle(2);
        close();

        open(SETTINGS.withRecovery(new StoreSettings.Recovery(true, true)));
        settle(0);
        assertThat(schedule.health().findings()).isEmpty();
        assertThat(delivered()).containsExactlyInAnyOrder("level behind", "timer behind");
    }
}
