package io.reliablemq.client.producer;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks after asynchronous sends that wait for their turn, as the thread of a synchronous one does for itself. One look for all of
 * them now and then: a timer for each would cost every send of a long line. Thread-safe.
 */
final class TurnWatch {

    private static final Duration LOOK = Duration.ofMillis(500);

    private final TaskLoop loop;
    private final Clock clock;

    /** Each with the nanoseconds at which its time is over. */
    private final Map<AsyncEnd, Long> waiting = new ConcurrentHashMap<>();

    private final AtomicBoolean looking = new AtomicBoolean();
    private volatile boolean closed;

    TurnWatch(TaskLoop loop, Clock clock) {
        this.loop = loop;
        this.clock = clock;
    }

    void add(AsyncEnd end, Duration time) {
        waiting.put(end, clock.nanos() + time.toNanos());
        lookLater();
        if (closed) {
            // Whoever closed may have looked before.
            end.giveUp();
        }
    }

    private void lookLater() {
        if (looking.compareAndSet(false, true)) {
            loop.schedule(LOOK, this::look);
        }
    }

    private void look() {
        looking.set(false);
        long now = clock.nanos();
        waiting.entrySet().removeIf(entry -> entry.getKey().look(now, now - entry.getValue() >= 0));
        if (!waiting.isEmpty()) {
            lookLater();
        }
    }

    /** Ends what waits still: nobody looks any more. */
    void close() {
        closed = true;
        waiting.keySet().forEach(AsyncEnd::giveUp);
    }
}
