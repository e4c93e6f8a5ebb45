package io.reliablemq.spring.idempotent;

import io.reliablemq.protocol.runtime.NamedThreads;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Removes marks that are older than the retention, now and then, in small transactions. It does no harm that several instances
 * of an application do so at once. Runs with the application, on the thread {@code rmq-idempotent-cleanup}.
 */
public final class MarkCleanup implements SmartLifecycle {

    private static final Log log = LogFactory.getLog(MarkCleanup.class);

    private final JdbcIdempotencyStore store;
    private final Duration retention;
    private final Duration interval;
    private final int batchSize;
    private final Clock clock;

    private volatile @Nullable ScheduledExecutorService thread;

    /** Ends a round between two transactions. */
    private volatile boolean stopped;

    /**
     * @param retention how long a message is remembered after it was handled
     * @param interval time between two rounds
     * @param batchSize marks that are removed in one transaction
     */
    public MarkCleanup(JdbcIdempotencyStore store, Duration retention, Duration interval, int batchSize, Clock clock) {
        this.store = store;
        this.retention = retention;
        this.interval = interval;
        this.batchSize = batchSize;
        this.clock = clock;
    }

    @Override
    public synchronized void start() {
        if (thread == null) {
            stopped = false;
            ScheduledThreadPoolExecutor started =
                    new ScheduledThreadPoolExecutor(1, new NamedThreads("rmq-idempotent-cleanup"));
            thread = started;
            started.scheduleWithFixedDelay(
                    this::runRound, interval.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void runRound() {
        if (!store.isUsed()) {
            return;
        }
        try {
            int removed = run();
            if (removed > 0) {
                log.debug(
                        "Removed " + removed + " marks of messages that were handled more than " + retention + " ago");
            }
        } catch (RuntimeException e) {
            // The next round comes anyway; without this the timer would end.
            log.warn("Old marks of handled messages could not be removed; tried again in " + interval, e);
        }
    }

    /**
     * Runs one round now, on the calling thread.
     *
     * @return how many marks were removed
     */
    public int run() {
        Instant limit = clock.instant().minus(retention);
        int removed = 0;
        int last;
        do {
            last = store.removeOlderThan(limit, batchSize);
            removed += last;
        } while (last == batchSize && !stopped);
        return removed;
    }

    @Override
    public synchronized void stop() {
        ScheduledExecutorService running = thread;
        if (running != null) {
            thread = null;
            stopped = true;
            // Without an interrupt, which databases that run in this process do not bear.
            running.shutdown();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }
}
