package io.reliablemq.broker.replication.follow;

import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.store.CopiedLog;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.AgentHost.RunningAgent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/** The door through which tests of other packages run a follower whose agent they step, over a link of their own. */
public final class SteppedFollower {

    private final LogFollower follower;
    private final RunningAgent running;

    public SteppedFollower(
            CopiedLog log,
            BrokerIdentity identity,
            Function<String, CompletableFuture<Connection>> dial,
            ReplicationSettings settings,
            Runnable reopen,
            Clock clock,
            ErrorSink errors,
            AgentHost host) {
        this.follower =
                new LogFollower(log, identity, () -> "master:1", dial, settings, reopen, this::signal, clock, errors);
        this.running = host.host(follower, errors);
        running.start();
    }

    private void signal() {
        running.signal();
    }

    public void handle(Command command, Reply reply) {
        follower.handle(command, reply);
    }

    public FollowerState state() {
        return follower.state();
    }

    public void close() throws Exception {
        running.close();
    }
}
