package io.reliablemq.broker.store;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Gives every agent a thread but one, which the test steps. */
class AgentByHand implements AgentHost {

    private final String name;
    private @Nullable Agent agent;

    /** @param name of the one that the test steps */
    AgentByHand(String name) {
        this.name = name;
    }

    @Override
    public RunningAgent host(Agent hosted, ErrorSink errors) {
        if (!hosted.name().equals(name)) {
            return THREADS.host(hosted, errors);
        }
        agent = hosted;
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

    /** Returns in how many nanoseconds the agent wants to be called again. */
    long step() throws Exception {
        return Objects.requireNonNull(agent).doWork();
    }
}
