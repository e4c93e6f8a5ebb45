package io.reliablemq.broker.replication.feed;

import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Sends replicas what they lack, at a bounded rate; tells them how far the log is committed where no records do; and notices
 * when one has fallen silent. Runs on {@code rmq-replica-feed}.
 */
final class FeedAgent implements Agent {

    /** News of commits wait so long for records to go with. */
    private static final long NEWS_NANOS = 10_000_000L;

    private final List<ReplicaFeed> feeds;

    private final ReplicationSettings settings;
    private final Clock clock;
    private final BiConsumer<ReplicaFeed, Exception> drop;
    private final Consumer<ReplicaFeed> cutOff;
    private final long keepAliveNanos;
    private long budgetNanos;
    private volatile boolean idle;

    /**
     * @param drop what to do with a feed that has failed
     * @param cutOff what to do with one whose replica has been silent for long
     */
    FeedAgent(
            List<ReplicaFeed> feeds,
            ReplicationSettings settings,
            Clock clock,
            BiConsumer<ReplicaFeed, Exception> drop,
            Consumer<ReplicaFeed> cutOff) {
        this.feeds = feeds;
        this.settings = settings;
        this.clock = clock;
        this.drop = drop;
        this.cutOff = cutOff;
        this.keepAliveNanos = settings.keepAlive().toNanos();
        this.budgetNanos = clock.nanos();
    }

    @Override
    public String name() {
        return "rmq-replica-feed";
    }

    @Override
    public long doWork() {
        idle = false;
        long next = feeds.isEmpty() ? UNTIL_SIGNAL : keepAliveNanos;
        for (ReplicaFeed feed : feeds) {
            next = Math.min(next, serve(feed));
        }
        if (next > NEWS_NANOS) {
            // Announced before the last look, so that whoever does not see it is seen here.
            idle = true;
            next = feeds.stream().anyMatch(ReplicaFeed::hasNews) ? NEWS_NANOS : next;
        }
        return next;
    }

    /** Whether it would not look for news of commits soon by itself. */
    boolean isIdle() {
        return idle;
    }

    private long serve(ReplicaFeed feed) {
        long wait = budgetNanos - clock.nanos();
        if (feed.wantsToSend()) {
            if (wait > 0) {
                return wait;
            }
            try {
                spend(feed.sendOne());
            } catch (IOException | RuntimeException e) {
                drop.accept(feed, e);
            }
            return 0;
        }
        if (feed.isGone()) {
            cutOff.accept(feed);
            return keepAliveNanos;
        }
        if (!feed.isStarted()) {
            return keepAliveNanos;
        }
        long due = feed.sentNanos() + (feed.hasNews() ? NEWS_NANOS : keepAliveNanos) - clock.nanos();
        if (due > 0) {
            return due;
        }
        feed.keepAlive();
        return keepAliveNanos;
    }

    /** Time that bytes take at the rate that is allowed; what was not used for long is not saved up. */
    private void spend(int bytes) {
        if (settings.catchUpRate() > 0) {
            long nanos = (long) (bytes * 1e9 / settings.catchUpRate());
            budgetNanos = Math.max(budgetNanos, clock.nanos() - NEWS_NANOS) + nanos;
        }
    }
}
