package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.SegmentContent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What can be asked about offsets that hold no message any more, and about where copies come from. */
class QueueGapsTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final StoreSettings SETTINGS = StoreSettings.in(Path.of("/data"))
            .withSegmentBytes(8 << 10)
            .withPreallocateBytes(0)
            .withRetention(StoreSettings.Retention.DEFAULT.withReserveBytes(0));

    private final ManualClock clock = new ManualClock();
    private final KeeperByHand keeper = new KeeperByHand();

    private LogMessageStore open() throws Exception {
        return LogMessageStore.open(
                SETTINGS,
                new SimulatedDisk(),
                clock,
                (where, error) -> {
                    throw new AssertionError(where, error);
                },
                keeper);
    }

    /** The oldest segment is kept, and those behind it are deleted. */
    private static final RetentionGuard KEEP_FIRST = new RetentionGuard() {
        @Override
        public Optional<String> reasonToKeep(SegmentContent segment) {
            return segment.base() == 0 ? Optional.of("the test wants it") : Optional.empty();
        }

        @Override
        public boolean prepareDeletion() {
            return true;
        }

        @Override
        public void deleting(SegmentContent segment) {
            // Nothing is to be noted here.
        }
    };

    @Test
    void countsAndSkipsWhatWasDeletedInTheMiddle() throws Exception {
        try (LogMessageStore store = open()) {
            for (int i = 0; i < 200; i++) {
                put(store, message("orders", 0, "old-" + i));
            }
            keeper.step();
            clock.pass(Duration.ofHours(73));
            put(store, message("orders", 0, "young"));
            assertThat(store.countGaps(QUEUE, 0, 201)).isZero();
            store.retainBy(KEEP_FIRST);
            keeper.step();

            long gap = 0;
            while (store.readAt(QUEUE, gap) != null) {
                gap++;
            }
            long behind = gap;
            while (store.readAt(QUEUE, behind) == null) {
                behind++;
            }
            assertThat(gap).isPositive();
            assertThat(behind).isGreaterThan(gap).isLessThan(201);
            assertThat(store.countGaps(QUEUE, 0, 201)).isEqualTo(behind - gap);
            assertThat(store.countGaps(QUEUE, gap + 1, behind + 1)).isEqualTo(behind - gap - 1);
            assertThat(store.countGaps(QUEUE, behind, behind)).isZero();
            assertThat(store.nextKept(QUEUE, 0)).isZero();
            assertThat(store.nextKept(QUEUE, gap)).isEqualTo(behind);
            assertThat(store.nextKept(QUEUE, behind - 1)).isEqualTo(behind);
            assertThat(store.nextKept(QUEUE, 201)).isEqualTo(201);
        }
    }

    @Test
    void copyNamesItsOrigin() throws Exception {
        try (LogMessageStore store = open()) {
            AppendResult original = put(store, message("orders", 0, "original"));
            CompletableFuture<AppendResult> copy = new CompletableFuture<>();
            store.append(message("copies", 0, "copy"), original.position(), copy::complete);
            long position = copy.get(20, TimeUnit.SECONDS).position();

            assertThat(store.originAt(position)).isEqualTo(original.position());
            assertThat(store.originAt(original.position())).isEqualTo(MessageStore.NO_ORIGIN);
            assertThat(store.originAt(position + 1)).isEqualTo(MessageStore.NO_ORIGIN);
            assertThat(store.originAt(-1)).isEqualTo(MessageStore.NO_ORIGIN);
            assertThat(store.originAt(store.positions().written())).isEqualTo(MessageStore.NO_ORIGIN);
        }
    }
}
