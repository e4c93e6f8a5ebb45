package io.reliablemq.protocol.runtime;

/** Gives agents something to run on: a thread each in production, or a test that steps them by hand. */
@FunctionalInterface
public interface AgentHost {

    /** A named thread for each agent. */
    AgentHost THREADS = AgentRunner::new;

    /** The agent does not run before {@link RunningAgent#start()}. */
    RunningAgent host(Agent agent, ErrorSink errors);

    /** An agent that has a place to run. */
    interface RunningAgent extends AutoCloseable {

        RunningAgent start();

        /** Wakes the agent, or keeps it from sleeping if it is awake. May be called by any thread. */
        void signal();

        /** Lets the step in progress end, calls {@link Agent#onStop()} and returns after that. */
        @Override
        void close();
    }
}
