package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.NoHandleLeftException;
import io.reliablemq.broker.store.file.StoreFile;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads ended segments again, slowly, to find what the disk has damaged while a copy elsewhere may still be sound.
 * Owned by the segment keeper; findings and figures may be read by any thread.
 */
public final class LogScrubber {

    private static final Logger LOG = LoggerFactory.getLogger(LogScrubber.class);
    private static final int STEP_BYTES = 256 << 10;
    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    /** A place where the log cannot be read. */
    public record Finding(long segmentBase, long position, String what) {}

    private final LogFolder folder;
    private final Segments segments;
    private final Clock clock;
    private final long bytesPerSecond;
    private final long intervalNanos;
    private final EachSegment eachSegment;
    private long nextNanos;
    private long roundStart;
    private long nextBase;
    private @Nullable Open open;

    /** Whether this round has passed over nothing so far. */
    private boolean allRead = true;

    private volatile List<Finding> findings = List.of();
    private volatile long bytesRead;
    private volatile long rounds;

    /** Verifies what else there is of a segment, and sees to what is damaged itself. */
    @FunctionalInterface
    public interface EachSegment {

        boolean verify(long base) throws IOException;
    }

    /**
     * The segment that is being read.
     *
     * @param bytesBeside what was read to verify what else there is of it
     */
    private record Open(long base, long next, StoreFile file, SegmentScan scan, long bytesBeside) {}

    /**
     * @param bytesPerSecond 0 for not at all
     * @param intervalNanos from the start of a round to that of the next
     * @param eachSegment called with the base of each segment of a round, for what else is to be verified there
     */
    public LogScrubber(
            LogFolder folder,
            Segments segments,
            Clock clock,
            long bytesPerSecond,
            long intervalNanos,
            EachSegment eachSegment) {
        this.folder = folder;
        this.segments = segments;
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.intervalNanos = intervalNanos;
        this.eachSegment = eachSegment;
        this.roundStart = clock.nanos();
        // Not at once: a start has enough to do.
        this.nextNanos = roundStart + Math.min(intervalNanos, 60 * NANOS_PER_SECOND);
    }

    /** What the running round and those before have found, in the order of their discovery; one a place. */
    public List<Finding> findings() {
        return findings;
    }

    public long bytesRead() {
        return bytesRead;
    }

    /** How often all segments were read. */
    public long rounds() {
        return rounds;
    }

    /** @return nanoseconds until it wants to go on */
    public long run() {
        if (bytesPerSecond == 0) {
            return Long.MAX_VALUE;
        }
        long now = clock.nanos();
        long wait = nextNanos - now;
        if (wait > 0) {
            return wait;
        }
        long pause = step();
        nextNanos = now + pause;
        return pause;
    }

    private long step() {
        Open current = open;
        if (current == null) {
            current = openNext();
            if (current == null) {
                return endRound();
            }
            open = current;
            return pauseAfter(current.bytesBeside());
        }
        long before = current.scan().end();
        try {
            boolean more = current.scan().step(STEP_BYTES);
            if (!more) {
                verdict(current);
            }
            long read = current.scan().end() - before;
            bytesRead += read;
            return pauseAfter(read);
        } catch (NoHandleLeftException e) {
            passedOver(current.base(), e);
            close();
            return 1;
        } catch (IOException e) {
            found(current.base(), current.scan().end(), "it cannot be read: " + e.getMessage());
            close();
            return 1;
        }
    }

    private long pauseAfter(long bytes) {
        return Math.max(1, bytes * NANOS_PER_SECOND / bytesPerSecond);
    }

    private @Nullable Open openNext() {
        for (long[] range = segments.endedFrom(nextBase); range.length > 0; range = segments.endedFrom(nextBase)) {
            nextBase = range[1];
            long bytesBeside = verifyBeside(range[0]);
            try {
                StoreFile file = folder.files().openToRead(folder.segment(range[0]));
                return new Open(range[0], range[1], file, new SegmentScan(range[0], file), bytesBeside);
            } catch (NoHandleLeftException e) {
                passedOver(range[0], e);
            } catch (IOException e) {
                found(range[0], range[0], "it cannot be opened: " + e.getMessage());
            }
        }
        return null;
    }

    /** What keeps it from being read says nothing of what it holds. */
    private void passedOver(long base, NoHandleLeftException e) {
        allRead = false;
        LOG.warn("{} cannot be verified in this round: {}", folder.segment(base), e.getMessage());
    }

    /** Whatever is wrong there says nothing of the log. */
    private long verifyBeside(long base) {
        try {
            eachSegment.verify(base);
            return folder.bytesBeside(base);
        } catch (IOException e) {
            LOG.warn("The files beside {} cannot be verified in this round: {}", folder.segment(base), e.toString());
            return 0;
        }
    }

    private long endRound() {
        if (allRead) {
            rounds++;
        }
        allRead = true;
        nextBase = 0;
        long now = clock.nanos();
        long wait = Math.max(NANOS_PER_SECOND, roundStart + intervalNanos - now);
        roundStart = now + wait;
        return wait;
    }

    private void verdict(Open segment) {
        if (segment.scan().next() != segment.next()) {
            found(segment.base(), segment.scan().end(), "the record there does not match its checksum");
        }
        close();
    }

    private void found(long base, long position, String what) {
        if (segments.find(base) == null || findings.stream().anyMatch(known -> known.position() == position)) {
            // Deleted meanwhile, or told before.
            return;
        }
        List<Finding> more = new ArrayList<>(findings);
        more.add(new Finding(base, position, what));
        findings = List.copyOf(more);
        LOG.error(
                "The log is damaged at position {} in {}: {}. Consumers that get there are refused; stop the broker and"
                        + " restore the segment from a copy, or start once with reliable-mq.broker.recovery=salvage",
                position,
                folder.segment(base),
                what);
    }

    /** Closes the segment that is being read. */
    public void close() {
        Open current = open;
        open = null;
        if (current != null) {
            try {
                current.file().close();
            } catch (IOException e) {
                LOG.warn("A segment that was verified could not be closed: {}", e.getMessage());
            }
        }
    }
}
