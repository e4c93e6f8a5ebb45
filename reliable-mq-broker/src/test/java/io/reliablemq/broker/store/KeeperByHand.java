package io.reliablemq.broker.store;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives every agent a thread but the segment keeper, which the test steps: so it decides when segments are deleted. */
final class KeeperByHand implements AgentHost {

    private @Nullable Agent keeper;

    @Override
    public RunningAgent host(Agent agent, ErrorSink errors) {
        if (!agent.name().equals("rmq-segment-keeper")) {
            return THREADS.host(agent, errors);
        }
        keeper = agent;
        return new RunningAgent() {
            @Override
            public RunningAgent start() {
                return this;
            }

            @Override
            public void signal() {}

            @Override
            public void close() {}
        };
    }

    /** Returns in how many nanoseconds the keeper wants to be called again. */
    long step() throws Exception {
        return Objects.requireNonNull(keeper).doWork();
    }
}
