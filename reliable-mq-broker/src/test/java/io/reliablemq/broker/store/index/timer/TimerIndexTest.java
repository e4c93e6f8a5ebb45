package io.reliablemq.broker.store.index.timer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.DamagedFiles;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.MessageMarks;
import io.reliablemq.broker.store.index.QueueEntries;
import io.reliablemq.broker.store.index.QueueIndex;
import io.reliablemq.broker.store.index.SegmentRebuild;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TimerIndexTest {

    private static final long SEGMENT = 1L << 20;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final DamagedFiles damaged = new DamagedFiles();
    private final QueueEntries queue =
            new QueueIndex(disk, TimerIndexTest::path, damaged).queue("rmq_sys_wheel_timer", 0);
    private final List<Timer> added = new ArrayList<>();

    private TimerIndex index = open();

    private static Path path(long base) {
        return Path.of("/log", base + ".timers");
    }

    private TimerIndex open() {
        return new TimerIndex(disk, TimerIndexTest::path, damaged);
    }

    private void add(long dueMs, long position) {
        long base = position / SEGMENT * SEGMENT;
        MessageMarks marks = new MessageMarks(0, new int[0], dueMs);
        index.add(new IndexedMessage(queue, added.size(), base, (int) (position - base), 77, 1, marks));
        added.add(new Timer(dueMs, position, 77));
    }

    private void addRandomly(long seed, int count, long segments) {
        Random chance = new Random(seed);
        long position = 0;
        for (int i = 0; i < count; i++) {
            add(chance.nextInt(count / 2), position);
            position += 1 + chance.nextLong(2 * segments * SEGMENT / count - 1);
        }
    }

    private List<Timer> expected(TimerProgress done, Timer after, int max) {
        return added.stream()
                .sorted()
                .filter(timer -> timer.position() < done.end() && !done.isDone(timer.dueMs(), timer.position()))
                .filter(timer -> after == null || timer.compareTo(after) > 0)
                .limit(max)
                .toList();
    }

    private void saveAll(long segments) throws IOException {
        for (long base = 0; base < segments * SEGMENT; base += SEGMENT) {
            index.save(base, base + SEGMENT);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 254, 255, 256, 5_000})
    void givesTheEarliestWhetherInMemoryOrOnFile(int count) throws IOException {
        addRandomly(count, Math.max(2, count), 4);
        TimerProgress all = TimerProgress.NOTHING.upTo(Long.MAX_VALUE);

        check(all);
        index.save(0, SEGMENT);
        check(all);
        saveAll(8);
        check(all);

        index.close();
        index = open();
        for (long base = 0; base < 8 * SEGMENT; base += SEGMENT) {
            assertThat(index.load(base, base + SEGMENT)).isTrue();
        }
        check(all);
    }

    private void check(TimerProgress all) throws IOException {
        Timer after = null;
        for (int round = 0; round < 6; round++) {
            List<Timer> earliest = List.copyOf(index.earliest(all, after, 100));
            assertThat(earliest).isEqualTo(expected(all, after, 100));
            after = earliest.isEmpty() ? after : earliest.get(earliest.size() - 1);
        }
        // And once more from the start: the files remember where the last search ended.
        assertThat(List.copyOf(index.earliest(all, null, 50))).isEqualTo(expected(all, null, 50));
        Timer middle = added.stream().sorted().toList().get(added.size() / 2);
        TimerProgress half =
                TimerProgress.NOTHING.upTo(2 * SEGMENT).with(middle).upTo(3 * SEGMENT);
        assertThat(List.copyOf(index.earliest(half, null, 70))).isEqualTo(expected(half, null, 70));
        List<Timer> pending = new ArrayList<>();
        index.forEachPending(half, (dueMs, position, size) -> pending.add(new Timer(dueMs, position, size)));
        assertThat(pending)
                .containsExactlyInAnyOrderElementsOf(added.stream()
                        .filter(timer -> !half.isDone(timer.dueMs(), timer.position()))
                        .toList());
        List<Timer> arrived = new ArrayList<>();
        index.arrived(
                SEGMENT / 2, 2 * SEGMENT + 5, (dueMs, position, size) -> arrived.add(new Timer(dueMs, position, size)));
        assertThat(arrived)
                .containsExactlyInAnyOrderElementsOf(added.stream()
                        .filter(timer -> timer.position() >= SEGMENT / 2 && timer.position() < 2 * SEGMENT + 5)
                        .toList());
    }

    @Test
    void laterSegmentsAreFoundWhileEarlierOnesHaveNoTimers() throws IOException {
        index.save(0, SEGMENT);
        add(5, SEGMENT + 3);
        List<Long> arrived = new ArrayList<>();

        index.arrived(10, 2 * SEGMENT, (dueMs, position, size) -> arrived.add(position));

        assertThat(arrived).containsExactly(SEGMENT + 3);
    }

    @Test
    void segmentWithoutTimersHasAFileThatSaysSo() throws IOException {
        index.save(0, SEGMENT);

        assertThat(disk.content(path(0))).hasSize(TimerLayout.HEADER_BYTES);
        assertThat(open().load(0, SEGMENT)).isTrue();
        assertThat(index.hasPending(0, TimerProgress.NOTHING)).isFalse();
    }

    @Test
    void missingOrDamagedFileOrThatOfAnotherSegmentIsNotTaken() throws IOException {
        assertThat(index.load(0, SEGMENT)).isFalse();
        add(5, 3);
        index.save(0, SEGMENT);
        assertThat(open().load(0, SEGMENT + 1)).isFalse();
        byte[] sound = disk.content(path(0));

        for (int at = 0; at < TimerLayout.HEADER_BYTES; at++) {
            byte[] damaged = sound.clone();
            damaged[at] ^= 1;
            disk.replace(path(0), damaged);
            assertThat(open().load(0, SEGMENT)).as("byte %d", at).isFalse();
        }
        disk.replace(path(0), java.util.Arrays.copyOf(sound, 20));
        assertThat(open().load(0, SEGMENT)).isFalse();
    }

    @Test
    void damagedBlockIsNamedAndNotBelieved() throws IOException {
        add(5, 3);
        index.save(0, SEGMENT);
        byte[] bytes = disk.content(path(0));
        bytes[TimerLayout.HEADER_BYTES + 9] ^= 1;
        disk.replace(path(0), bytes);
        TimerIndex again = open();
        assertThat(again.load(0, SEGMENT)).isTrue();

        assertThatThrownBy(() -> again.earliest(TimerProgress.NOTHING.upTo(SEGMENT), null, 1))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("0.timers")
                .hasMessageContaining("block 0");
        assertThat(again.verify(0)).isFalse();

        DamagedFiles.Repair repair = damaged.next();
        assertThat(repair).isNotNull();
        SegmentRebuild rebuild = again.rebuild(0, SEGMENT);
        rebuild.add(new IndexedMessage(queue, 0, 0, 3, 77, 1, new MessageMarks(0, new int[0], 5)));
        rebuild.finish();
        assertThat(again.verify(0)).isTrue();
        assertThat(again.earliest(TimerProgress.NOTHING.upTo(SEGMENT), null, 1)).containsExactly(new Timer(5, 3, 77));
    }

    @Test
    void segmentIsNeededUntilItsLastTimerIsDone() throws IOException {
        add(100, 10);
        add(300, 20);
        add(200, SEGMENT + 10);
        index.save(0, SEGMENT);
        index.save(SEGMENT, 2 * SEGMENT);
        TimerProgress looked = TimerProgress.NOTHING.upTo(2 * SEGMENT);

        assertThat(index.hasPending(0, TimerProgress.NOTHING)).isTrue();
        TimerProgress second = looked.with(new Timer(200, SEGMENT + 10, 77));
        assertThat(index.hasPending(0, second)).isTrue();
        assertThat(index.hasPending(SEGMENT, second)).isFalse();
        assertThat(index.hasPending(0, looked.with(new Timer(300, 20, 77)))).isFalse();

        index.drop(0);
        assertThat(index.hasPending(0, looked)).isFalse();
        assertThat(index.earliest(looked, null, 5)).containsExactly(new Timer(200, SEGMENT + 10, 77));
    }

    @Test
    void messageParkedWithoutATimeIsDueAtOnceAndOthersAreNoTimers() {
        assertThat(MessageMarks.of("rmq_sys_wheel_timer", java.util.Map.of()).dueMs())
                .isZero();
        assertThat(MessageMarks.of("rmq_sys_wheel_timer", java.util.Map.of("TIMER_OUT_MS", "77"))
                        .dueMs())
                .isEqualTo(77);
        assertThat(MessageMarks.of("orders", java.util.Map.of("TIMER_OUT_MS", "77"))
                        .isTimer())
                .isFalse();
    }
}
