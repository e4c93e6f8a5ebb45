package io.reliablemq.broker.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Agent;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the keeper of segments tells of its failures. */
class SegmentKeeperTest {

    private static final long SEGMENT_BYTES = 64 << 10;

    private final SimulatedDisk disk = new SimulatedDisk();
    private final LogFolder folder = new LogFolder(disk, Path.of("/data/log"));
    private LogTail tail;

    @BeforeEach
    void open() throws IOException {
        LogSettings settings = new LogSettings(SEGMENT_BYTES, 4096, true, 0, 0, false, false, false);
        SegmentTail last = SegmentSupply.open(folder, settings, 0, SEGMENT_BYTES, folder.createSegment(0));
        Segments segments = new Segments();
        segments.add(last.segment());
        tail = new LogTail(settings, segments, new SegmentSupply(folder, settings, 0), last, 0);
    }

    @Test
    void tellsOfRoomThatItCouldNotMakeAlsoIfTheChoresFailToo() {
        SegmentKeeper keeper = new SegmentKeeper(tail, () -> {
            throw new IOException("of a chore");
        });
        disk.failWritesAfter(0, 0);

        assertThatThrownBy(keeper::doWork)
                .hasMessage("No space left on device")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(chore -> assertThat(chore).hasMessage("of a chore")));
    }

    @Test
    void doesItsChoresAlsoIfThereIsNoRoom() throws IOException {
        AtomicInteger runs = new AtomicInteger();
        SegmentKeeper keeper = new SegmentKeeper(tail, () -> {
            runs.incrementAndGet();
            return Agent.UNTIL_SIGNAL;
        });
        disk.failWritesAfter(0, 0);

        assertThatThrownBy(keeper::doWork).hasMessage("No space left on device");
        assertThat(runs).hasValue(1);
        assertThat(keeper.doWork()).as("not tried again in this segment").isEqualTo(Agent.UNTIL_SIGNAL);
        assertThat(runs).hasValue(2);
    }
}
