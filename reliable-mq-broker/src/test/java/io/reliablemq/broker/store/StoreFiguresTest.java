package io.reliablemq.broker.store;

import static io.reliablemq.broker.figures.Reading.figure;
import static io.reliablemq.broker.figures.Reading.value;
import static io.reliablemq.broker.store.TestMessages.append;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The store's figures and findings tell what happened. */
class StoreFiguresTest {

    private static final StoreSettings SETTINGS =
            StoreSettings.in(Path.of("/data")).withSegmentBytes(64 << 10).withPreallocateBytes(0);

    private final SimulatedDisk disk = new SimulatedDisk();
    private LogMessageStore store;
    private Figures figures;

    private void open(StoreSettings settings) throws Exception {
        store = LogMessageStore.open(settings, disk, Clock.SYSTEM, (where, error) -> {});
        figures = store.figures();
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    @Test
    void countsWhatIsAppendedWrittenAndForced() throws Exception {
        open(SETTINGS);
        put(store, message("orders", 0, "one"));
        store.appendBatch(List.of(message("orders", 1, "two"), message("orders", 1, "three")), result -> {});
        put(store, message("orders", 0, "four"));

        assertThat(value(figures, "log.appended")).isEqualTo(4);
        assertThat(value(figures, "append.answered", "COMMITTED")).isEqualTo(4);
        assertThat(value(figures, "append.answered", "FLUSH_TIMEOUT")).isZero();
        double forces = figure(figures, "flush.duration").histogram().count();
        assertThat(forces).isBetween(2.0, 3.0).isEqualTo(value(figures, "log.batches"));
        assertThat(value(figures, "flush.duration")).isPositive();
        assertThat(value(figures, "flush.group")).isEqualTo(4);
        assertThat(figure(figures, "flush.group").histogram().max()).isBetween(2.0, 3.0);
        assertThat(value(figures, "log.written"))
                .isLessThan(store.positions().written())
                .isGreaterThan(4 * 91);
        assertThat(value(figures, "log.size")).isEqualTo(store.positions().written());
        assertThat(value(figures, "log.position", "committed"))
                .isEqualTo(store.positions().written());
        assertThat(value(figures, "log.segments")).isEqualTo(1);
        assertThat(value(figures, "log.unflushed")).isZero();
        assertThat(value(figures, "append.waiting")).isZero();
        assertThat(value(figures, "append.waiting.size")).isZero();
        assertThat(store.health().findings()).isEmpty();
    }

    @Test
    void asynchronousFlushShowsWhatIsNotFlushedYet() throws Exception {
        open(SETTINGS.withFlushDiskType(FlushDiskType.ASYNC_FLUSH).withFlushInterval(Duration.ofHours(1)));
        put(store, message("orders", 0, "one"));
        put(store, message("orders", 0, "two"));

        assertThat(value(figures, "flush.policy", "ASYNC_FLUSH")).isEqualTo(1);
        assertThat(value(figures, "flush.interval")).isEqualTo(3600);
        assertThat(value(figures, "log.unflushed")).isEqualTo(store.positions().written());
        assertThat(figure(figures, "flush.duration").histogram().count()).isZero();

        store.flush();

        assertThat(value(figures, "log.unflushed")).isZero();
        assertThat(figure(figures, "flush.duration").histogram().count()).isEqualTo(1);
        assertThat(value(figures, "flush.group")).isEqualTo(2);
    }

    @Test
    void messagesThatWereNotFlushedInTimeAreUnsafeUntilTheyAre() throws Exception {
        open(SETTINGS.withSyncFlushTimeout(Duration.ofMillis(60)));
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch hanging = disk.holdForces(gate);
        CompletableFuture<AppendResult> late = new CompletableFuture<>();
        store.appendBatch(List.of(message("orders", 0, "a"), message("orders", 0, "b")), late::complete);
        assertThat(hanging.await(20, TimeUnit.SECONDS)).isTrue();
        assertThat(value(figures, "append.waiting")).isEqualTo(1);
        assertThat(value(figures, "append.waiting.size")).isPositive();
        assertThat(value(figures, "unsafe")).isZero();

        assertThat(late.get(20, TimeUnit.SECONDS).status()).isEqualTo(Status.FLUSH_TIMEOUT);

        assertThat(value(figures, "unsafe")).isEqualTo(2);
        assertThat(value(figures, "append.answered", "FLUSH_TIMEOUT")).isEqualTo(2);
        assertThat(Health.of(store.health().findings()).status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(store.health().findings()).extracting(Finding::name).containsExactly("flush");

        gate.countDown();
        put(store, message("orders", 0, "next"));

        assertThat(value(figures, "unsafe")).isZero();
        assertThat(value(figures, "append.answered", "FLUSH_TIMEOUT")).isEqualTo(2);
        assertThat(value(figures, "append.answered", "COMMITTED")).isEqualTo(1);
        assertThat(store.health().findings()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(FlushDiskType.class)
    void isDownAfterAFailedForce(FlushDiskType type) throws Exception {
        open(SETTINGS.withFlushDiskType(type).withFlushInterval(Duration.ofHours(1)));
        disk.failForcesAfter(0);
        CompletableFuture<AppendResult> failed = append(store, message("orders", 0, "x"));
        failed.get(20, TimeUnit.SECONDS);
        if (type == FlushDiskType.ASYNC_FLUSH) {
            org.assertj.core.api.Assertions.assertThatThrownBy(store::flush).isInstanceOf(java.io.IOException.class);
        }

        assertThat(value(figures, "log.failed")).isEqualTo(1);
        assertThat(value(figures, "flush.failures")).isEqualTo(1);
        assertThat(Health.of(store.health().findings()).status()).isEqualTo(Health.Status.DOWN);
        assertThat(store.health().findings()).singleElement().satisfies(finding -> {
            assertThat(finding.name()).isEqualTo("log");
            assertThat(finding.what()).contains("force failed");
            assertThat(finding.action()).contains("restart");
        });
        assertThat(put(store, message("orders", 0, "later")).status()).isEqualTo(Status.CLOSED);
        assertThat(value(figures, "append.answered", "CLOSED")).isEqualTo(1);
        disk.failForcesAfter(Integer.MAX_VALUE);
    }

    @Test
    void isDegradedWhileTheDiskIsNearlyFull() throws Exception {
        disk.setCapacity(10 << 20);
        open(SETTINGS.withRetention(SETTINGS.retention().withReserveBytes(20 << 20)));

        assertThat(value(figures, "disk.low")).isEqualTo(1);
        assertThat(value(figures, "disk.size")).isEqualTo(10 << 20);
        assertThat(value(figures, "disk.reserve")).isEqualTo(20 << 20);
        assertThat(value(figures, "disk.free")).isBetween(1.0, (double) (10 << 20));
        assertThat(Health.of(store.health().findings()).status()).isEqualTo(Health.Status.DEGRADED);
        assertThat(store.health().findings()).extracting(Finding::name).containsExactly("disk");
    }

    @Test
    void figuresOfOneNameAgreeInAllButTagsAndValue() throws Exception {
        open(SETTINGS);

        figures.read().stream()
                .collect(java.util.stream.Collectors.groupingBy(io.reliablemq.broker.figures.Figure::name))
                .values()
                .forEach(same -> {
                    assertThat(same)
                            .extracting(figure -> List.of(figure.kind(), figure.unit(), figure.help()))
                            .containsOnly(List.of(
                                    same.get(0).kind(),
                                    same.get(0).unit(),
                                    same.get(0).help()));
                    assertThat(same)
                            .extracting(io.reliablemq.broker.figures.Figure::tags)
                            .doesNotHaveDuplicates();
                });
    }
}
