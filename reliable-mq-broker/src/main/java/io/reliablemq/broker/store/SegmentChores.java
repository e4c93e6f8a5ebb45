package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.SegmentKeeper.Chores;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chores one after the other. One that fails does not keep the others from their work: it is told once, and tried again after a
 * pause until it succeeds. So a disk that is full for a day does not fill the broker's own log as well.
 */
final class SegmentChores implements Chores {

    static final long PAUSE_NANOS = 5_000_000_000L;

    private final Clock clock;
    private final ErrorSink errors;
    private final List<Chore> chores;

    SegmentChores(Clock clock, ErrorSink errors, Chores... chores) {
        this.clock = clock;
        this.errors = errors;
        this.chores = Arrays.stream(chores).map(Chore::new).toList();
    }

    @Override
    public long run() {
        long next = Agent.UNTIL_SIGNAL;
        for (Chore chore : chores) {
            next = Math.min(next, chore.run());
        }
        return next;
    }

    private final class Chore {

        private final Chores work;

        /** What it failed with last; null since it succeeded. */
        private @Nullable String failure;

        private long againNanos;

        Chore(Chores work) {
            this.work = work;
        }

        long run() {
            long wait = failure == null ? 0 : againNanos - clock.nanos();
            if (wait > 0) {
                return wait;
            }
            try {
                long next = work.run();
                failure = null;
                return next;
            } catch (IOException | RuntimeException e) {
                failed(e);
                return PAUSE_NANOS;
            }
        }

        private void failed(Exception cause) {
            boolean told = cause.toString().equals(failure);
            failure = cause.toString();
            againNanos = clock.nanos() + PAUSE_NANOS;
            if (!told) {
                errors.report("a chore of the log's files, which is tried again until it succeeds", cause);
            }
        }
    }
}
