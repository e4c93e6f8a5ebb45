package io.reliablemq.broker.replication.feed;

import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.replication.wire.AttachAnswer;
import io.reliablemq.broker.replication.wire.AttachRequest;
import io.reliablemq.broker.replication.wire.Confirmation;
import io.reliablemq.broker.store.ReplicatedLog;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.AgentHost.RunningAgent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All replicas of a master.
 *
 * <p>Thread-safe. {@link #attach} and {@link #confirm} are handlers of requests and are called on event loops; which replicas
 * there are, and how far they are in sync, is guarded by this object's monitor.
 */
public final class ReplicaFeeds implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaFeeds.class);

    private final ReplicatedLog log;
    private final String ownId;
    private final BrokerIdentity identity;
    private final ReplicationSettings settings;
    private final Clock clock;
    private final ErrorSink errors;
    private final int neededReplicas;
    private final InSyncPositions inSync;
    private final List<ReplicaFeed> feeds = new CopyOnWriteArrayList<>();
    private final List<Waiter> waiters = new ArrayList<>();

    /** Those of which it was said that the log is not kept for them; belongs to whoever deletes. */
    private final Set<ReplicaFeed> leftBehind = new HashSet<>();

    private final FeedAgent agent;
    private final RunningAgent running;
    private volatile boolean closed;

    /** Somebody who waits until replicas have come so far. */
    private record Waiter(BooleanSupplier reached, CompletableFuture<Void> done) {}

    /**
     * @param ownId the name of the master's own data folder
     * @param host what {@code rmq-replica-feed} runs on
     */
    public ReplicaFeeds(
            ReplicatedLog log,
            String ownId,
            BrokerIdentity identity,
            ReplicationSettings settings,
            Clock clock,
            ErrorSink errors,
            AgentHost host) {
        this.log = log;
        this.ownId = ownId;
        this.identity = identity;
        this.settings = settings;
        this.clock = clock;
        this.errors = errors;
        this.neededReplicas = log.inSyncReplicas() - 1;
        this.inSync = new InSyncPositions(Math.max(1, neededReplicas));
        this.agent = new FeedAgent(feeds, settings, clock, this::drop, this::cutOff);
        this.running = host.host(agent, errors);
        log.awaitReplicasIf(this::enoughAreNear);
        log.keepFrom(this::neededFrom);
        log.onWritten(this::written);
        log.onCommit(this::committed);
        if (neededReplicas > 0) {
            log.commitOn(this::execute);
        }
    }

    public ReplicaFeeds start() {
        running.start();
        return this;
    }

    /** Answers a replica that asks where it can follow. */
    public void attach(Command command, Reply reply) {
        AttachRequest request = AttachRequest.read(command);
        String refusal = refusal(request);
        if (refusal != null) {
            reply.send(Command.failure(ResponseCode.NO_PERMISSION, refusal));
            return;
        }
        long written = log.positions().written();
        long common = log.epochs().commonEnd(written, request.epochs(), request.end());
        long continueAt = log.chunks().nextKept(common);
        register(new ReplicaFeed(request.replicaId(), reply.connection(), log, settings, continueAt, clock));
        LOG.info(
                "The replica {} at {} has the log up to {}, the same as here up to {}, and can follow from {}",
                request.replicaId(),
                reply.connection().remoteAddress(),
                request.end(),
                common,
                continueAt);
        reply.send(new AttachAnswer(common, continueAt, log.epochs(), log.gaps()).command());
    }

    private @org.jspecify.annotations.Nullable String refusal(AttachRequest request) {
        if (closed) {
            return "This broker is about to stop";
        }
        if (!request.cluster().equals(identity.cluster())
                || !request.brokerName().equals(identity.brokerName())) {
            return "This is the broker " + identity.brokerName() + " of the cluster " + identity.cluster()
                    + "; a slave of " + request.brokerName() + " of " + request.cluster() + " cannot follow it";
        }
        if (request.replicaId().equals(ownId)) {
            return "The slave has a copy of this broker's data folder, with the same id in its file 'format': start it with"
                    + " an empty folder";
        }
        return null;
    }

    private synchronized void register(ReplicaFeed feed) {
        for (ReplicaFeed known : feeds) {
            if (known.replicaId().equals(feed.replicaId())) {
                feeds.remove(known);
                if (known.connection() != feed.connection()) {
                    known.connection().close();
                }
            }
        }
        inSync.attach(feed.replicaId(), feed.confirmed());
        feeds.add(feed);
        feed.connection().onClose(() -> detached(feed));
    }

    private void detached(ReplicaFeed feed) {
        if (feeds.remove(feed)) {
            LOG.warn("The replica {} is gone; it had confirmed the log up to {}", feed.replicaId(), feed.confirmed());
        }
    }

    /** Takes how far a replica has the log. */
    public void confirm(Command command, Reply reply) {
        ReplicaFeed feed = feed(reply.connection());
        if (feed == null) {
            return;
        }
        boolean starts = !feed.isStarted();
        try {
            feed.confirm(Confirmation.read(command).position());
        } catch (IllegalArgumentException e) {
            drop(feed, e);
            return;
        }
        counted(feed);
        if (starts) {
            LOG.info("The replica {} follows from {}", feed.replicaId(), feed.confirmed());
        }
        if (starts || feed.wantsToSend()) {
            // Also for one that lacks nothing: it wants signs of life.
            running.signal();
        }
    }

    private @org.jspecify.annotations.Nullable ReplicaFeed feed(Connection connection) {
        for (ReplicaFeed feed : feeds) {
            if (feed.connection() == connection) {
                return feed;
            }
        }
        return null;
    }

    private void counted(ReplicaFeed feed) {
        List<Waiter> done = new ArrayList<>();
        synchronized (this) {
            long position = inSync.confirm(feed.replicaId(), feed.confirmed());
            if (neededReplicas > 0 && position >= 0) {
                log.replicated(position);
            }
            waiters.removeIf(waiter -> waiter.reached().getAsBoolean() && done.add(waiter));
        }
        done.forEach(waiter -> waiter.done().complete(null));
    }

    /** Completes once the replica has confirmed the log up to this position. Whoever waits sets a bound. */
    public CompletableFuture<Void> whenConfirmed(String replicaId, long position) {
        return when(() ->
                feeds.stream().anyMatch(feed -> feed.replicaId().equals(replicaId) && hasConfirmed(feed, position)));
    }

    /** Completes once as many replicas as a send waits for have confirmed the log up to this position. Whoever waits sets a bound. */
    public CompletableFuture<Void> whenEnoughConfirmed(long position) {
        return when(() ->
                feeds.stream().filter(feed -> hasConfirmed(feed, position)).count() >= neededReplicas);
    }

    private static boolean hasConfirmed(ReplicaFeed feed, long position) {
        return feed.isStarted() && feed.confirmed() >= position;
    }

    private CompletableFuture<Void> when(BooleanSupplier reached) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        synchronized (this) {
            if (reached.getAsBoolean()) {
                done.complete(null);
            } else {
                waiters.add(new Waiter(reached, done));
            }
        }
        done.whenComplete((nothing, failure) -> forget(done));
        return done;
    }

    private synchronized void forget(CompletableFuture<Void> done) {
        waiters.removeIf(waiter -> waiter.done() == done);
    }

    /** The replicas that are attached. */
    public List<ReplicaState> replicas() {
        return feeds.stream().map(ReplicaFeed::state).toList();
    }

    private boolean enoughAreNear() {
        long written = log.positions().written();
        int near = 0;
        for (ReplicaFeed feed : feeds) {
            if (feed.isNear(written)) {
                near++;
            }
        }
        return near >= neededReplicas;
    }

    /**
     * One that is stuck must not fill the master's disk: it can follow behind a gap later, as one can that was away. Called by
     * whoever deletes.
     */
    private long neededFrom() {
        long needed = Long.MAX_VALUE;
        for (ReplicaFeed feed : feeds) {
            boolean stuck = feed.isStuck();
            if (stuck && !leftBehind.contains(feed)) {
                LOG.warn(
                        "The replica {} confirms nothing beyond {} any more: the log is no longer kept for it. Look at its disk",
                        feed.replicaId(),
                        feed.confirmed());
                leftBehind.add(feed);
            }
            needed = stuck ? needed : Math.min(needed, feed.confirmed());
        }
        leftBehind.retainAll(feeds);
        return needed;
    }

    private void written(long position) {
        for (ReplicaFeed feed : feeds) {
            try {
                if (!feed.sendFresh(position)) {
                    running.signal();
                }
            } catch (IOException | RuntimeException e) {
                drop(feed, e);
            }
        }
    }

    /**
     * What is acknowledged is to be read from a replica even if this process is killed right after the answer. So a replica
     * that was waited for is told before producers are answered; the others hear of it soon.
     */
    private void committed(long position) {
        boolean news = false;
        for (ReplicaFeed feed : feeds) {
            if (neededReplicas > 0 && feed.confirmed() >= position) {
                feed.tell(position);
            } else {
                news = true;
            }
        }
        if (news && agent.isIdle()) {
            running.signal();
        }
    }

    /** Where the commit point is to move: on the event loop of a replica, which can be told there without delay. */
    private void execute(Runnable move) {
        for (ReplicaFeed feed : feeds) {
            if (feed.isStarted()) {
                try {
                    feed.connection().execute(move);
                    return;
                } catch (RejectedExecutionException e) {
                    LOG.debug("The connection of the replica {} has ended with its event loop", feed.replicaId(), e);
                }
            }
        }
        move.run();
    }

    private void drop(ReplicaFeed feed, Exception cause) {
        errors.report("the feed of the replica " + feed.replicaId() + ", which has to attach again", cause);
        feed.connection().close();
    }

    /** The connection may be dead; if it is not, the replica attaches again. */
    private void cutOff(ReplicaFeed feed) {
        LOG.warn("The connection with the replica {} is closed: nothing was heard of it for long", feed.replicaId());
        feed.connection().close();
    }

    /** Sends nothing more. The connections are closed, so that replicas look for another master. */
    @Override
    public void close() throws Exception {
        closed = true;
        running.close();
        feeds.forEach(feed -> feed.connection().close());
    }
}
