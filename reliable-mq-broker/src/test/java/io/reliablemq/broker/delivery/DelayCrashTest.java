package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.FlushDiskType;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
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
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Power cuts and kills at any moment between the arrival of a delayed message and the moment when its delivery is known
 * to be safe, several in the life of one log, on levels and at given times: each message that was acknowledged is handed
 * over once, and none twice. Timer files and the stored progress may be deleted in between. A seed decides what is sent
 * and what survives; when the store's threads run is up to the machine.
 */
class DelayCrashTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey TARGET = new QueueKey("orders", 0);
    private static final int LIVES = 6;

    @ParameterizedTest
    @CsvSource({"1,60"})
    void handsOverOnceWhateverBreaks(long firstSeed, int seeds) throws Exception {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                new Run(seed).live();
            } catch (Exception | AssertionError e) {
                throw new AssertionError("Failed with seed " + seed, e);
            }
        }
    }

    private static final class Run {

        private final Random chance;
        private final ManualClock clock = new ManualClock();
        private final DelayLevels levels = DelayLevels.parse("1s 3s");
        private final MessageCopies copies = new MessageCopies(levels, HOST);
        private final StoreSettings settings;
        private final Set<String> sent = new HashSet<>();
        private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        private SimulatedDisk disk = new SimulatedDisk();
        private LogMessageStore store;
        private DelayCursors cursors;
        private DelaySchedule schedule;

        Run(long seed) throws IOException {
            chance = new Random(seed);
            clock.jump(Duration.ofDays(10));
            settings = StoreSettings.in(Path.of("/data"))
                    .withFlushDiskType(FlushDiskType.SYNC_FLUSH)
                    .withSegmentBytes(4096L << chance.nextInt(3))
                    .withPreallocateBytes(chance.nextInt(3) * 2048);
            open();
        }

        private void open() throws IOException {
            store = LogMessageStore.open(settings, disk, clock, (where, error) -> {
                throw new AssertionError(where, error);
            });
            cursors = DelayCursors.load(new AtomicFile(disk, Path.of("/data/state/delays.json")), store);
            Set<Long> copied = new HashSet<>();
            store.forEachOrigin(cursors.copiesFrom(), (origin, position) -> copied.add(origin));
            schedule = new DelaySchedule(
                    store, copies, levels, new OwnDelays(), cursors, copied::contains, clock, () -> {});
        }

        void live() throws Exception {
            for (int life = 0; life < LIVES; life++) {
                for (int steps = chance.nextInt(120); steps > 0; steps--) {
                    step();
                }
                crash();
                deleteSome();
                open();
                assertThat(delivered()).doesNotHaveDuplicates();
            }
            clock.pass(Duration.ofSeconds(30));
            clock.jump(Duration.ofDays(1));
            await().pollDelay(Duration.ZERO).pollInterval(Duration.ofMillis(1)).until(() -> {
                schedule.doWork();
                return schedule.pending() == 0;
            });
            List<String> delivered = delivered();
            assertThat(delivered).doesNotHaveDuplicates().containsAll(acknowledged);
            assertThat(sent).containsAll(delivered);
            store.close();
        }

        private void step() throws Exception {
            switch (chance.nextInt(10)) {
                case 0, 1, 2, 3 -> send();
                case 4 -> clock.pass(Duration.ofMillis(chance.nextInt(1_500)));
                case 5 -> clock.jump(Duration.ofMillis(chance.nextInt(6_000) - 3_000));
                case 6 -> cursors.persist();
                // Waits for all that is on its way, as a broker with little to do would.
                case 7 -> store.flush();
                default -> schedule.doWork();
            }
        }

        private void send() {
            String body = "m" + sent.size();
            sent.add(body);
            StoredMessage message = new StoredMessage(
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
                    (body + "-" + "x".repeat(chance.nextInt(400))).getBytes(StandardCharsets.UTF_8));
            StoredMessage parked = chance.nextInt(3) == 0
                    ? copies.parked(message, 1 + chance.nextInt(2))
                    : copies.parkedUntil(message, clock.wallMs() + chance.nextInt(4_000) - 200);
            store.append(parked, MessageStore.NO_ORIGIN, result -> {
                // On a slow machine the test's clock may run out before the disk has answered.
                if (result.status() == Status.COMMITTED) {
                    acknowledged.add(body);
                }
            });
        }

        /** In this order: what is acknowledged after the cut does not count. */
        private void crash() throws IOException {
            Set<String> before = Set.copyOf(acknowledged);
            SimulatedDisk left = chance.nextBoolean() ? disk.crash(chance) : disk.copy();
            store.close();
            acknowledged.clear();
            acknowledged.addAll(before);
            disk = left;
        }

        /** All of these are rebuilt from the log. */
        private void deleteSome() {
            for (Path file : disk.list(Path.of("/data/log"))) {
                if (file.toString().endsWith(".timers") && chance.nextInt(4) == 0) {
                    disk.delete(file);
                }
            }
            if (chance.nextInt(8) == 0) {
                disk.delete(Path.of("/data/state/delays.json"));
            }
        }

        private List<String> delivered() throws IOException {
            List<String> bodies = new ArrayList<>();
            for (long offset = store.minOffset(TARGET); offset < store.maxOffset(TARGET); offset++) {
                StoredMessage message = store.readAt(TARGET, offset);
                String body = new String(message.body(), StandardCharsets.UTF_8);
                bodies.add(body.substring(0, body.indexOf('-')));
            }
            return bodies;
        }
    }
}
