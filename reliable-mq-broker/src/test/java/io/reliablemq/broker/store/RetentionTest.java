package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.figures.Reading;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.SegmentContent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Which segments are deleted, and what is left of the log then. */
class RetentionTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final QueueKey SELDOM = new QueueKey("seldom", 5);
    private static final StoreSettings SETTINGS = StoreSettings.in(Path.of("/data"))
            .withSegmentBytes(8 << 10)
            .withPreallocateBytes(4 << 10)
            .withRetention(StoreSettings.Retention.DEFAULT.withReserveBytes(0));

    private final ManualClock clock = new ManualClock();
    private final KeeperByHand keeper = new KeeperByHand();
    private final List<SegmentContent> deleted = new ArrayList<>();
    private SimulatedDisk disk = new SimulatedDisk();
    private boolean prepared = true;

    private LogMessageStore open(StoreSettings settings) throws Exception {
        return LogMessageStore.open(
                settings,
                disk,
                clock,
                (where, error) -> {
                    throw new AssertionError(where, error);
                },
                keeper);
    }

    private RetentionGuard guard(Function<SegmentContent, Optional<String>> reason) {
        return new RetentionGuard() {
            @Override
            public Optional<String> reasonToKeep(SegmentContent segment) {
                return reason.apply(segment);
            }

            @Override
            public boolean prepareDeletion() {
                return prepared;
            }

            @Override
            public void deleting(SegmentContent segment) {
                deleted.add(segment);
            }
        };
    }

    private static List<String> fill(LogMessageStore store, String prefix, int count) throws Exception {
        List<String> sent = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sent.add(prefix + i);
            put(store, message("orders", 0, prefix + i));
        }
        return sent;
    }

    private static long first(SegmentContent segment, QueueKey queue) {
        return segment.parts().stream()
                .filter(part -> part.topic().equals(queue.topic()))
                .mapToLong(SegmentContent.Part::firstOffset)
                .findFirst()
                .orElse(-1);
    }

    @Test
    void keeperSleepsBeforeItIsKnownWhatMustBeKept() throws Exception {
        try (LogMessageStore store = open(SETTINGS)) {
            keeper.step();
            clock.pass(Duration.ofHours(1));

            assertThat(keeper.step())
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(1).toNanos());
        }
    }

    @Test
    void deletesWholeSegmentsOfOldMessagesAndGoesOnWithTheNextOffsets() throws Exception {
        List<String> young;
        try (LogMessageStore store = open(SETTINGS)) {
            put(store, message("seldom", 5, "once"));
            fill(store, "old-", 200);
            keeper.step();
            clock.pass(Duration.ofHours(73));
            young = fill(store, "young-", 200);
            store.retainBy(guard(segment -> Optional.empty()));
            keeper.step();

            assertThat(store.retention().segmentsDeleted()).isGreaterThan(2);
            assertThat(store.positions().min()).isPositive();
            assertThat(store.minOffset(SELDOM)).isEqualTo(1);
            assertThat(store.minOffset(QUEUE)).isBetween(150L, 200L);
            assertThat(bodies(store, QUEUE)).endsWith(young.toArray(String[]::new));
            assertThat(disk.list(Path.of("/data/log")).get(0).toString())
                    .contains(Long.toString(store.positions().min()));
        }
        for (SimulatedDisk left : List.of(disk, disk.crash(new Random(3)), disk.crash(new Random(4)))) {
            disk = left;
            try (LogMessageStore store = open(SETTINGS)) {
                assertThat(store.recovery().hasCutTail()).isFalse();
                assertThat(bodies(store, QUEUE)).endsWith(young.toArray(String[]::new));
                assertThat(store.minOffset(SELDOM)).isEqualTo(1);
                assertThat(put(store, message("seldom", 5, "twice")).queueOffset())
                        .isEqualTo(1);
                assertThat(bodies(store, SELDOM)).containsExactly("twice");
            }
        }
    }

    /** By a wrong time server, or when a machine was put back: that messages are old is not known from that. */
    @Test
    void aClockThatIsSetForwardMakesNothingOld() throws Exception {
        try (LogMessageStore store = open(SETTINGS)) {
            fill(store, "m", 200);
            keeper.step();
        }
        try (LogMessageStore store = open(SETTINGS)) {
            fill(store, "more", 200);
            keeper.step();
            clock.jump(Duration.ofDays(365));
            fill(store, "later", 200);
            List<Long> timestamps = new ArrayList<>();
            store.retainBy(guard(segment -> {
                timestamps.add(segment.lastTimestamp());
                return Optional.empty();
            }));
            keeper.step();
            clock.pass(Duration.ofHours(71));
            keeper.step();
            assertThat(deleted).isEmpty();

            clock.pass(Duration.ofHours(2));
            keeper.step();
            assertThat(deleted).hasSizeGreaterThan(6);
            assertThat(timestamps)
                    .allSatisfy(timestamp -> assertThat(clock.wallMs() - timestamp)
                            .isBetween(
                                    Duration.ofHours(73).toMillis(),
                                    Duration.ofHours(74).toMillis()));
        }
    }

    @Test
    void whatWasOldBeforeAStartIsOldAfterIt() throws Exception {
        try (LogMessageStore store = open(SETTINGS)) {
            fill(store, "old", 200);
            keeper.step();
            clock.pass(Duration.ofHours(72));
            fill(store, "young", 100);
            keeper.step();
        }
        try (LogMessageStore store = open(SETTINGS)) {
            store.retainBy(guard(segment -> Optional.empty()));
            clock.pass(Duration.ofMinutes(1));
            keeper.step();
            assertThat(deleted).hasSizeGreaterThan(2);
            assertThat(bodies(store, QUEUE)).contains("young0", "young99");
        }
    }

    @Test
    void deletesNothingBeforeEverythingIsPrepared() throws Exception {
        try (LogMessageStore store = open(SETTINGS)) {
            fill(store, "old-", 200);
            keeper.step();
            clock.pass(Duration.ofHours(73));
            store.retainBy(guard(segment -> Optional.empty()));
            prepared = false;
            keeper.step();
            assertThat(deleted).isEmpty();

            prepared = true;
            clock.pass(Duration.ofSeconds(10));
            keeper.step();
            assertThat(deleted).hasSizeGreaterThan(2);
        }
    }

    @Test
    void knowsNextOffsetsWithoutAnyIndexFile() throws Exception {
        try (LogMessageStore store = open(SETTINGS)) {
            put(store, message("seldom", 5, "once"));
            fill(store, "old-", 200);
            keeper.step();
            clock.pass(Duration.ofHours(73));
            store.retainBy(guard(segment -> Optional.empty()));
            keeper.step();
            assertThat(store.minOffset(SELDOM)).isEqualTo(1);
        }
        for (Path file : disk.list(Path.of("/data/log"))) {
            if (file.toString().endsWith(".index")) {
                disk.delete(file);
            }
        }
        try (LogMessageStore store = open(SETTINGS)) {
            assertThat(store.maxOffset(QUEUE)).isEqualTo(200);
            assertThat(put(store, message("seldom", 5, "twice")).queueOffset()).isEqualTo(1);
        }
    }

    @Test
    void aLaterIndexKnowsTheOffsetsOfAQueueThatWasCutInTheMiddle() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withMaxBytes(1));
        try (LogMessageStore store = open(settings)) {
            put(store, message("seldom", 5, "kept"));
            fill(store, "a", 90);
            put(store, message("seldom", 5, "deleted"));
            fill(store, "b", 90);
            keeper.step();
            store.retainBy(guard(segment -> segment.base() == 0 ? Optional.of("the test wants it") : Optional.empty()));
            clock.pass(Duration.ofMinutes(1));
            keeper.step();
            assertThat(deleted).isNotEmpty();
            assertThat(store.readAt(SELDOM, 0)).isNotNull();
            assertThat(store.readAt(SELDOM, 1)).isNull();
            fill(store, "c", 120);
            store.retainBy(guard(segment -> Optional.of("no more")));
            keeper.step();
        }

        try (LogMessageStore store = open(settings)) {
            assertThat(store.readAt(SELDOM, 0)).isNotNull();
            assertThat(put(store, message("seldom", 5, "next")).queueOffset()).isEqualTo(2);
        }
    }

    @Test
    void aSegmentThatIsKeptDoesNotKeepTheOthers() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withMaxBytes(1));
        List<String> sent;
        try (LogMessageStore store = open(settings)) {
            put(store, message("seldom", 5, "precious"));
            sent = fill(store, "m", 300);
            keeper.step();
            // The first and the third segment must stay.
            store.retainBy(guard(segment -> segment.base() == 0 || segment.base() == 16 << 10
                    ? Optional.of("the test wants it")
                    : Optional.empty()));
            clock.pass(Duration.ofMinutes(1));
            keeper.step();

            checkGaps(store, sent);
            assertThat(store.retention().kept()).isEqualTo(2);
            assertThat(store.retention().reason()).isEqualTo("the test wants it");
        }
        disk = disk.crash(new Random(5));
        try (LogMessageStore store = open(settings)) {
            checkGaps(store, sent);
            assertThat(put(store, message("orders", 0, "next")).queueOffset()).isEqualTo(300);
            long[] copies = {0};
            store.forEachOrigin(0, (origin, position) -> copies[0]++);
            assertThat(copies[0]).isZero();
        }
    }

    private void checkGaps(LogMessageStore store, List<String> sent) throws Exception {
        assertThat(bodies(store, SELDOM)).containsExactly("precious");
        long firstDeleted = first(deleted.get(0), QUEUE);
        long thirdSegment = deleted.get(0).parts().get(0).endOffset();
        assertThat(store.minOffset(QUEUE)).isZero();
        assertThat(store.readAt(QUEUE, firstDeleted)).isNull();
        MessageStore.Selection behind = store.select(QUEUE, firstDeleted, 1, 1 << 20, tag -> true);
        assertThat(behind.nextOffset()).isEqualTo(thirdSegment + 1);
        List<String> left = new ArrayList<>();
        for (long offset = 0; offset < store.maxOffset(QUEUE); ) {
            MessageStore.Selection selection = store.select(QUEUE, offset, 1, 1 << 20, tag -> true);
            offset = selection.nextOffset();
            if (!selection.entries().isEmpty()) {
                left.add(TestMessages.body(
                        store.readAt(selection.entries().get(0).position())));
            }
        }
        List<String> expected = new ArrayList<>(sent);
        for (int i = deleted.size() - 1; i >= 0; i--) {
            SegmentContent.Part part = deleted.get(i).parts().get(0);
            expected.subList((int) part.firstOffset(), (int) part.endOffset()).clear();
        }
        assertThat(left).isEqualTo(expected);
        assertThat(left).hasSizeBetween(20, 200);
    }

    /** As when a group subscribes while a long log is cut: from then on nothing may go that it has not read. */
    @Test
    void whatIsNeededSinceTheDeletionBeganIsKept() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withMaxBytes(1));
        try (LogMessageStore store = open(settings)) {
            fill(store, "m", 300);
            keeper.step();
            store.retainBy(guard(
                    segment -> deleted.size() < 2 ? Optional.empty() : Optional.of("somebody has begun to read it")));
            clock.pass(Duration.ofMinutes(1));
            keeper.step();

            assertThat(deleted).hasSize(2);
            assertThat(store.minOffset(QUEUE))
                    .isEqualTo(deleted.get(1).parts().get(0).endOffset());
        }
    }

    /** The youngest messages are the ones that somebody may want to read again. */
    @Test
    void whatMustBeKeptDoesNotTakeTheRoomOfTheYoungest() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withMaxBytes(24 << 10));
        try (LogMessageStore store = open(settings)) {
            List<String> sent = fill(store, "m", 600);
            keeper.step();
            long end = store.positions().written();
            store.retainBy(
                    guard(segment -> segment.base() < 32 << 10 ? Optional.of("the test wants it") : Optional.empty()));
            clock.pass(Duration.ofMinutes(1));
            keeper.step();

            assertThat(deleted)
                    .isNotEmpty()
                    .allSatisfy(segment ->
                            assertThat(segment.next()).isGreaterThan(32 << 10).isLessThanOrEqualTo(end - (24 << 10)));
            assertThat(deleted.get(deleted.size() - 1).next()).isGreaterThan(end - (32 << 10));
            assertThat(store.retention().kept()).isEqualTo(4);
            assertThat(store.readAt(QUEUE, sent.size() - 1)).isNotNull();
        }
    }

    @Test
    void deletesNothingBeforeItIsKnownWhatMustBeKept() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withMaxBytes(1));
        try (LogMessageStore store = open(settings)) {
            fill(store, "m", 300);
            keeper.step();
            clock.pass(Duration.ofHours(100));
            keeper.step();
            assertThat(store.positions().min()).isZero();
        }
    }

    /** Space is reserved in steps of a MiB; a record needs less. */
    @Test
    void aRecordThatFitsIsStoredWhereNoWholeStepDoes() throws Exception {
        StoreSettings settings = SETTINGS.withSegmentBytes(4 << 20).withPreallocateBytes(2 << 20);
        try (LogMessageStore store = open(settings)) {
            disk.setCapacity(disk.used() + (200 << 10));

            assertThat(put(store, message("orders", 0, "fits")).status()).isEqualTo(AppendResult.Status.COMMITTED);

            assertThat(bodies(store, QUEUE)).containsExactly("fits");
            disk.setCapacity(Long.MAX_VALUE);
        }
    }

    @Test
    void refusesProducersAtTheHighWaterMarkAndLetsThemInAgain() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withReserveBytes(100_000));
        try (LogMessageStore store = open(settings)) {
            AppendResult stored = put(store, message("orders", 0, "first"));
            disk.setCapacity(disk.content(Path.of("/data/log/00000000000000000000.log")).length + 90_000);
            clock.pass(Duration.ofSeconds(2));
            keeper.step();

            AppendResult refused = put(store, message("orders", 0, "refused"));
            assertThat(refused.status()).isEqualTo(AppendResult.Status.NO_SPACE);
            assertThat(refused.detail()).contains("100000 are reserved");
            java.util.concurrent.CompletableFuture<AppendResult> copy = new java.util.concurrent.CompletableFuture<>();
            store.append(message("%RETRY%g", 0, "a copy"), stored.position(), copy::complete);
            assertThat(copy.get().status()).isEqualTo(AppendResult.Status.COMMITTED);
            assertThat(bodies(store, QUEUE)).containsExactly("first");

            disk.setCapacity(Long.MAX_VALUE);
            clock.pass(Duration.ofSeconds(2));
            keeper.step();
            assertThat(put(store, message("orders", 0, "second")).queueOffset()).isEqualTo(1);
        }
    }

    @Test
    void findsWhatTheDiskDamagedInEndedSegments() throws Exception {
        StoreSettings settings = SETTINGS.withRetention(SETTINGS.retention().withScrub(1 << 20, Duration.ofHours(1)));
        try (LogMessageStore store = open(settings)) {
            fill(store, "m", 200);
            keeper.step();
            Path second = Path.of("/data/log/00000000000000008192.log");
            byte[] rotten = disk.content(second);
            rotten[3000] ^= 1;
            disk.replace(second, rotten);
            for (int i = 0; i < 100; i++) {
                clock.pass(Duration.ofMinutes(2));
                keeper.step();
            }

            assertThat(store.damage()).hasSize(1);
            assertThat(store.health().findings()).singleElement().satisfies(finding -> {
                assertThat(finding.name()).isEqualTo("damage");
                assertThat(finding.what()).contains("1 place(s)");
            });
            assertThat(Reading.value(store.figures(), "log.damage.found")).isEqualTo(1);
            assertThat(Reading.value(store.figures(), "scrub.read")).isPositive();
            assertThat(store.damage().get(0).segmentBase()).isEqualTo(8192);
            assertThat(store.damage().get(0).position()).isBetween(8192L, 8192L + 3000);
        }
    }
}
