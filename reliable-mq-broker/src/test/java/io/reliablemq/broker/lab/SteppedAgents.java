package io.reliablemq.broker.lab;

import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Runs agents on the test's thread, one step at a time; chance decides whose turn it is. */
final class SteppedAgents implements AgentHost {

    /** As the threads' runner does, so that a step which fails at once is not taken over and over. */
    private static final long ERROR_PAUSE_NANOS = Duration.ofMillis(100).toNanos();

    private static final int TOO_MANY_STEPS = 10_000;

    private final Clock clock;
    private final List<SteppedAgent> running = new ArrayList<>();
    private @Nullable SteppedAgent current;

    SteppedAgents(Clock clock) {
        this.clock = clock;
    }

    @Override
    public RunningAgent host(Agent agent, ErrorSink errors) {
        return new SteppedAgent(agent, errors);
    }

    /** Lets one agent that has something to do take a step; false if none has. */
    boolean step(Random chance) {
        return step(chance, SteppedAgent::isDue);
    }

    /** Lets one agent take a step, whether it has something to do or not: a thread may be woken for nothing. */
    void wakeForNothing(Random chance) {
        step(chance, agent -> true);
    }

    /** In the middle of another agent's step: lets one of the others take a step that has something to do. */
    void stepBeside(Random chance, Set<String> blocked) {
        SteppedAgent interrupted = current;
        step(chance, agent -> agent != interrupted && agent.isDue() && !blocked.contains(agent.agent.name()));
        current = interrupted;
    }

    /** Steps until nobody has anything to do before time passes. */
    void settle(Random chance) {
        for (int i = 0; step(chance); i++) {
            if (i > TOO_MANY_STEPS) {
                throw new AssertionError("The agents do not come to rest: " + running);
            }
        }
    }

    /** The agent whose step is in progress. */
    @Nullable
    String current() {
        SteppedAgent stepping = current;
        return stepping == null ? null : stepping.agent.name();
    }

    private boolean step(Random chance, Predicate<SteppedAgent> mayRun) {
        List<SteppedAgent> candidates = running.stream().filter(mayRun).toList();
        if (candidates.isEmpty()) {
            return false;
        }
        candidates.get(chance.nextInt(candidates.size())).step();
        return true;
    }

    private final class SteppedAgent implements RunningAgent {

        private final Agent agent;
        private final ErrorSink errors;
        private boolean signalled = true;
        private long dueNanos;
        private boolean hasDeadline;

        SteppedAgent(Agent agent, ErrorSink errors) {
            this.agent = agent;
            this.errors = errors;
        }

        boolean isDue() {
            return signalled || hasDeadline && dueNanos - clock.nanos() <= 0;
        }

        void step() {
            signalled = false;
            current = this;
            long wait;
            try {
                wait = agent.doWork();
            } catch (Throwable e) {
                errors.report(agent.name(), e);
                wait = ERROR_PAUSE_NANOS;
            } finally {
                current = null;
            }
            hasDeadline = wait != Agent.UNTIL_SIGNAL;
            dueNanos = clock.nanos() + (hasDeadline ? wait : 0);
        }

        @Override
        public RunningAgent start() {
            running.add(this);
            return this;
        }

        @Override
        public void signal() {
            signalled = true;
        }

        @Override
        public void close() {
            if (running.remove(this)) {
                try {
                    agent.onStop();
                } catch (Exception e) {
                    errors.report(agent.name(), e);
                }
            }
        }

        @Override
        public String toString() {
            return agent.name();
        }
    }
}
