package io.reliablemq.broker.replication.follow;

import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.replication.follow.FollowerState.Phase;
import io.reliablemq.broker.replication.wire.AttachAnswer;
import io.reliablemq.broker.replication.wire.AttachRequest;
import io.reliablemq.broker.replication.wire.LogData;
import io.reliablemq.broker.store.CopiedLog;
import io.reliablemq.broker.store.Realignment;
import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.broker.store.log.RecordsRefusedException;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.MalformedHeaderException;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows a master: connects, asks where to go on, and takes what the master sends.
 *
 * <p>Runs on {@code rmq-replica}. {@link #handle} is called on the connection's event loop; {@link #state} may be asked by any
 * thread.
 */
final class LogFollower implements Agent {

    private static final Logger LOG = LoggerFactory.getLogger(LogFollower.class);
    private static final Duration ATTACH_TIMEOUT = Duration.ofSeconds(5);
    private static final int REFUSED_FACTOR = 20;
    private static final String CHOICE =
            "Decide whose messages count. Those here: stop that master, promote this broker"
                    + " (POST /promote), and start the other one with an empty folder. Those of the master: stop this broker, move its"
                    + " data folder away, and start it again, so that it copies everything";

    private final CopiedLog log;
    private final BrokerIdentity identity;
    private final Supplier<@Nullable String> masterAddress;
    private final Function<String, CompletableFuture<Connection>> dial;
    private final ReplicationSettings settings;
    private final Runnable reopen;
    private final Runnable signal;
    private final Clock clock;
    private final ErrorSink errors;

    /** Always the same object, so that it runs once for all records that were read together. */
    private final Runnable writeHere = this::writeHere;

    /** The connection that records are taken from; null while there is none. */
    private volatile @Nullable MasterLink link;

    private volatile Phase phase = Phase.SEARCHING;
    private volatile String master = "";
    private volatile String detail = "";
    private volatile Runnable onFollowing = () -> {};
    private volatile long masterCommitted;

    /** Another broker is the master since this agent looked last. */
    private volatile boolean moved;

    // The rest belongs to the agent's thread.
    private @Nullable CompletableFuture<Connection> connecting;
    private @Nullable Attempt attaching;
    private long retryAtNanos;

    /** A question to the master that is on its way. */
    private record Attempt(Connection connection, long end, CompletableFuture<Command> answer) {}

    /**
     * @param masterAddress where the master is; null while nobody knows
     * @param dial opens a connection to {@code host:port}
     * @param reopen asks for the store to be closed and opened again
     * @param signal wakes this agent
     */
    LogFollower(
            CopiedLog log,
            BrokerIdentity identity,
            Supplier<@Nullable String> masterAddress,
            Function<String, CompletableFuture<Connection>> dial,
            ReplicationSettings settings,
            Runnable reopen,
            Runnable signal,
            Clock clock,
            ErrorSink errors) {
        this.log = log;
        this.identity = identity;
        this.masterAddress = masterAddress;
        this.dial = dial;
        this.settings = settings;
        this.reopen = reopen;
        this.signal = signal;
        this.clock = clock;
        this.errors = errors;
        this.retryAtNanos = clock.nanos();
        log.onConfirm(this::confirm);
    }

    @Override
    public String name() {
        return "rmq-replica";
    }

    @Override
    public long doWork() {
        MasterLink current = link;
        if (phase == Phase.REALIGNING) {
            return UNTIL_SIGNAL;
        }
        if (current != null) {
            return watch(current);
        }
        if (moved) {
            moved = false;
            startOver();
        }
        if (attaching != null) {
            return attached(attaching);
        }
        if (connecting != null) {
            return connected(connecting);
        }
        long wait = retryAtNanos - clock.nanos();
        return wait > 0 ? wait : connect();
    }

    /** Whom it was waiting for is not the master any more, and may never answer. */
    private void startOver() {
        Attempt given = attaching;
        attaching = null;
        connecting = null;
        if (given != null) {
            given.connection().close();
        }
        retryAtNanos = clock.nanos();
    }

    private long connect() {
        String address = masterAddress.get();
        master = address == null ? "" : address;
        if (address == null) {
            return searchLater("nobody knows where the master is", null);
        }
        CompletableFuture<Connection> future = dial.apply(address);
        connecting = future;
        future.whenComplete((connection, failure) -> signal.run());
        return UNTIL_SIGNAL;
    }

    private long connected(CompletableFuture<Connection> future) {
        if (!future.isDone()) {
            return UNTIL_SIGNAL;
        }
        connecting = null;
        if (future.isCompletedExceptionally()) {
            return searchLater("there is no connection to the master at " + master, null);
        }
        Connection connection = future.join();
        try {
            long end = log.settle();
            AttachRequest request =
                    new AttachRequest(identity.cluster(), identity.brokerName(), log.id(), end, log.epochs());
            CompletableFuture<Command> answer = connection.invoke(request.command(), ATTACH_TIMEOUT);
            phase = Phase.ATTACHING;
            attaching = new Attempt(connection, end, answer);
            answer.whenComplete((command, failure) -> signal.run());
            return UNTIL_SIGNAL;
        } catch (IOException e) {
            connection.close();
            return broken(String.valueOf(e.getMessage()));
        }
    }

    private long attached(Attempt attempt) {
        if (!attempt.answer().isDone()) {
            return UNTIL_SIGNAL;
        }
        attaching = null;
        if (attempt.answer().isCompletedExceptionally()) {
            attempt.connection().close();
            return searchLater("the master at " + master + " did not answer", null);
        }
        Command answer = attempt.answer().join();
        if (answer.code() != ResponseCode.SUCCESS) {
            return searchLater("the master at " + master + " says: " + answer.remarkText(), null);
        }
        try {
            return goOn(attempt, AttachAnswer.read(answer));
        } catch (IOException | MalformedBodyException | MalformedHeaderException e) {
            attempt.connection().close();
            return searchLater("the log could not be made to follow", e);
        }
    }

    private long goOn(Attempt attempt, AttachAnswer answer) throws IOException {
        if (answer.common() == 0 && log.positions().committed() > 0) {
            attempt.connection().close();
            return cannotFollow(
                    Phase.REFUSED,
                    "the log of this broker holds messages that were acknowledged, up to position " + attempt.end()
                            + ", and has nothing in common with that of the master at " + master
                            + ", which has lost its own or is another broker. If that is another broker, correct"
                            + " master-address or the names. " + CHOICE);
        }
        if (answer.common() < log.promised()) {
            attempt.connection().close();
            return cannotFollow(
                    Phase.REFUSED,
                    "the data folder of this broker holds messages up to position " + log.promised()
                            + " that were acknowledged, and the master at " + master
                            + " has the same log only up to position " + answer.common()
                            + ": it was promoted with less, or is back with an older copy. " + CHOICE);
        }
        if (answer.continueAt() != attempt.end() || !log.gaps().includes(answer.gaps(), attempt.end())) {
            phase = Phase.REALIGNING;
            detail = "the log is brought to where it can follow";
            attempt.connection().close();
            LOG.warn(
                    "The log ends at {}; it is the same as that of the master at {} up to {}, and goes on at {}. The store is"
                            + " opened again",
                    attempt.end(),
                    master,
                    answer.common(),
                    answer.continueAt());
            log.realignAtNextOpening(
                    new Realignment(answer.common(), answer.continueAt(), answer.gaps(), answer.epochs()));
            reopen.run();
            return UNTIL_SIGNAL;
        }
        log.adopt(answer.epochs());
        MasterLink started = new MasterLink(attempt.connection(), attempt.end(), settings, clock);
        link = started;
        attempt.connection().onClose(signal);
        phase = Phase.FOLLOWING;
        detail = "";
        LOG.info(
                "Following the master at {} from {}, epoch {}",
                master,
                attempt.end(),
                answer.epochs().lastNumber());
        started.confirm(attempt.end());
        onFollowing.run();
        return settings.keepAlive().toNanos();
    }

    private long watch(MasterLink current) {
        if (!current.connection().isOpen()) {
            return lost("the connection to the master at " + master + " is closed");
        }
        String failure = log.failure();
        if (failure != null) {
            // Signs of life would keep the master waiting for confirmations, and keeping its log, for ever.
            link = null;
            current.connection().close();
            return broken(failure);
        }
        if (current.isSilent()) {
            current.connection().close();
            return lost("the master at " + master + " is silent");
        }
        return current.keepAlive();
    }

    private long lost(String why) {
        link = null;
        LOG.warn("No longer following: {}", why);
        return searchLater(why, null);
    }

    private long searchLater(String why, @Nullable Exception cause) {
        if (!why.equals(detail)) {
            // Once, and not at every attempt.
            LOG.warn("Not following: {}", why);
        }
        if (cause != null) {
            errors.report(name(), cause);
        }
        phase = Phase.SEARCHING;
        detail = why;
        retryAtNanos = clock.nanos() + settings.reconnect().toNanos();
        return settings.reconnect().toNanos();
    }

    private long broken(String why) {
        return cannotFollow(Phase.BROKEN, "the log takes no more records: " + why);
    }

    private long cannotFollow(Phase why, String detailed) {
        if (phase != why) {
            LOG.error("Not following: {}", detailed);
        }
        phase = why;
        detail = detailed;
        long wait = REFUSED_FACTOR * settings.reconnect().toNanos();
        retryAtNanos = clock.nanos() + wait;
        return wait;
    }

    /** Called by whoever writes the log. */
    private void confirm(long position) {
        MasterLink current = link;
        if (current != null) {
            current.confirm(position);
        }
    }

    /** Takes what a master sends. Called on the event loop of its connection. */
    void handle(Command command, Reply reply) {
        MasterLink current = link;
        if (command.code() != RequestCode.REPLICA_LOG) {
            reply.send(Command.failure(ResponseCode.REQUEST_CODE_NOT_SUPPORTED, "This is a replica"));
        } else if (current != null && current.connection() == reply.connection()) {
            take(current, command);
        }
    }

    private void take(MasterLink from, Command command) {
        try {
            LogData data = LogData.read(command);
            from.heard();
            if (data.hasRecords()) {
                log.copy(data.chunk());
                write(from.connection(), data.chunk().records().length);
            }
            masterCommitted = data.committed();
            log.committed(data.committed(), data.promised());
        } catch (RecordsRefusedException | MalformedHeaderException | MalformedBodyException e) {
            errors.report("the log that the master at " + master + " sends, nothing of which was written", e);
            from.connection().close();
        }
    }

    /** Few records are what producers wait for; many are a catch-up, where verifying and writing go on side by side. */
    private void write(Connection from, int bytes) {
        if (bytes < settings.chunkBytes() / 2) {
            from.afterRead(writeHere);
        } else {
            log.write();
        }
    }

    private void writeHere() {
        MasterLink current = link;
        if (current == null) {
            log.write();
        } else {
            current.whileWriting(log::writeHere);
        }
    }

    /** Another broker is the master: as soon as there is no connection with the old one, the new one is tried at once. */
    void masterMoved() {
        moved = true;
        signal.run();
    }

    void onFollowing(Runnable listener) {
        onFollowing = listener;
    }

    /** The epoch of the master whose log is followed now; null while none is. */
    @Nullable
    Epoch followedEpoch() {
        return phase == Phase.FOLLOWING ? log.epochs().last() : null;
    }

    FollowerState state() {
        return new FollowerState(phase, master, log.positions().written(), masterCommitted, detail);
    }

    @Override
    public void onStop() {
        MasterLink current = link;
        link = null;
        if (current != null) {
            current.connection().close();
        }
    }
}
