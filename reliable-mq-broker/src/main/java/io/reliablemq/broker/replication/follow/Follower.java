package io.reliablemq.broker.replication.follow;

import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.store.CopiedLog;
import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.AgentHost.RunningAgent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.TransportSettings;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A replica that follows its master, with a client and threads of its own: {@code rmq-replica}, and {@code rmq-replica-io-1}, which
 * writes what comes from the master and so may wait for the disk. Thread-safe.
 */
public final class Follower implements AutoCloseable {

    private final EventLoops loops;
    private final RemotingClient client;
    private final LogFollower follower;
    private final RunningAgent running;

    /**
     * @param log must be that of a store that was opened as a copy
     * @param masterAddress {@code host:port} of the master; null while nobody knows. Asked before each attempt
     * @param reopen asks for the store to be closed and opened again, which brings the log to where it can follow; is called on
     *     {@code rmq-replica} and must return at once. This follower does nothing more then
     */
    public Follower(
            CopiedLog log,
            BrokerIdentity identity,
            Supplier<@Nullable String> masterAddress,
            TransportSettings transport,
            ReplicationSettings settings,
            Runnable reopen,
            Clock clock,
            ErrorSink errors) {
        this.loops = EventLoops.create("rmq-replica-io", 1);
        this.client = new RemotingClient(loops, transport, this::handle);
        this.follower = new LogFollower(
                log, identity, masterAddress, client::connection, settings, reopen, this::wake, clock, errors);
        this.running = AgentHost.THREADS.host(follower, errors);
    }

    private void handle(Command command, Reply reply) {
        follower.handle(command, reply);
    }

    public Follower start() {
        running.start();
        return this;
    }

    private void wake() {
        running.signal();
    }

    /** Another broker is the master: it is tried at once, as soon as there is no connection with the old one. */
    public void masterMoved() {
        follower.masterMoved();
    }

    /** Calls the listener on {@code rmq-replica}, whenever the log begins to follow a master; to be set before the start. */
    public void onFollowing(Runnable listener) {
        follower.onFollowing(listener);
    }

    /** The epoch of the master whose log is followed now; null while none is. */
    public @Nullable Epoch followedEpoch() {
        return follower.followedEpoch();
    }

    public FollowerState state() {
        return follower.state();
    }

    @Override
    public void close() throws Exception {
        try (CloseStack stack = new CloseStack()) {
            stack.push(loops);
            stack.push(client);
            stack.push(running);
        }
    }
}
