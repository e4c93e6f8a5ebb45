package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.message;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Power cuts at random moments, several in the life of one log: nothing acknowledged is lost, nothing is invented. A seed
 * decides what is sent and what survives; when the threads run is up to the machine.
 */
class StoreCrashTest {

    private static final int LIVES = 6;

    @ParameterizedTest
    @CsvSource({"SYNC_FLUSH,1,30", "ASYNC_FLUSH,1000,20"})
    void keepsWhatWasAcknowledged(FlushDiskType type, long firstSeed, int seeds) throws Exception {
        for (long seed = firstSeed; seed < firstSeed + seeds; seed++) {
            try {
                new Run(type, seed).live();
            } catch (Exception | AssertionError e) {
                throw new AssertionError("Failed with seed " + seed + " and " + type, e);
            }
        }
    }

    private static final class Run {

        private final Random chance;
        private final StoreSettings settings;
        private final Set<String> sent = new HashSet<>();
        private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();
        private SimulatedDisk disk = new SimulatedDisk();
        private int next;

        Run(FlushDiskType type, long seed) {
            chance = new Random(seed);
            settings = StoreSettings.in(Path.of("/data"))
                    .withFlushDiskType(type)
                    .withSegmentBytes(4096 << chance.nextInt(3))
                    .withPreallocateBytes(chance.nextInt(3) * 2048);
        }

        void live() throws Exception {
            for (int life = 0; life < LIVES; life++) {
                LogMessageStore store = LogMessageStore.open(settings, disk, Clock.SYSTEM, (where, error) -> {
                    throw new AssertionError(where, error);
                });
                check(store);
                sendSome(store);
                if (settings.flushDiskType() == FlushDiskType.ASYNC_FLUSH) {
                    acknowledged.clear();
                    Map<String, Long> known = present(store);
                    store.flush();
                    acknowledged.putAll(known);
                }
                // In this order: what is acknowledged after the cut does not count.
                Map<String, Long> before = Map.copyOf(acknowledged);
                SimulatedDisk left = disk.crash(chance);
                store.close();
                acknowledged.clear();
                acknowledged.putAll(before);
                disk = left;
            }
        }

        private void sendSome(LogMessageStore store) throws InterruptedException {
            int count = 1 + chance.nextInt(60);
            int awaited = 1 + chance.nextInt(count);
            CountDownLatch answers = new CountDownLatch(awaited);
            for (int i = 0; i < count; i++) {
                String body = "m" + next++ + "-" + "x".repeat(chance.nextInt(500));
                sent.add(body);
                store.append(message("topic" + chance.nextInt(3), chance.nextInt(2), body), -1, result -> {
                    assertThat(result.status()).isEqualTo(Status.COMMITTED);
                    if (settings.flushDiskType() == FlushDiskType.SYNC_FLUSH) {
                        acknowledged.put(body, result.position());
                    }
                    answers.countDown();
                });
            }
            answers.await();
        }

        private Map<String, Long> present(LogMessageStore store) throws Exception {
            Map<String, Long> present = new ConcurrentHashMap<>();
            for (QueueKey queue : store.queues()) {
                // Appends that nobody waits for may be committed meanwhile.
                int before = Math.toIntExact(store.maxOffset(queue));
                List<String> bodies = new ArrayList<>(TestMessages.bodies(store, queue));
                assertThat(bodies).hasSizeBetween(before, Math.toIntExact(store.maxOffset(queue)));
                for (int i = 0; i < bodies.size(); i++) {
                    present.put(
                            bodies.get(i),
                            java.util.Objects.requireNonNull(store.readAt(queue, i))
                                    .position());
                }
            }
            return present;
        }

        private void check(LogMessageStore store) throws Exception {
            Map<String, Long> present = present(store);
            assertThat(sent).containsAll(present.keySet());
            assertThat(present).containsAllEntriesOf(acknowledged);
            // What can be read now must not be lost later either.
            acknowledged.putAll(present);
        }
    }
}
