package io.reliablemq.protocol.runtime;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs one {@link Agent} on one named thread, which is parked whenever there is nothing to do.
 *
 * <p>{@link #signal()} may be called from any thread and is cheap while the agent is awake. {@link #close()} lets the
 * step in progress end, calls {@link Agent#onStop()} on the agent's thread and waits for it. The thread is never
 * interrupted, because an interrupt closes file channels.
 */
public final class AgentRunner implements AgentHost.RunningAgent {

    private static final long ERROR_PAUSE_NANOS = 100_000_000L;

    private final Agent agent;
    private final ErrorSink errors;
    private final AtomicBoolean signalled = new AtomicBoolean();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread thread;
    private volatile boolean stopping;

    public AgentRunner(Agent agent, ErrorSink errors) {
        this.agent = agent;
        this.errors = errors;
        this.thread = new Thread(this::run, agent.name());
        this.thread.setDaemon(true);
    }

    @Override
    public AgentRunner start() {
        if (!started.compareAndSet(false, true)) {
            throw new IllegalStateException(agent.name() + " was started before");
        }
        thread.start();
        return this;
    }

    @Override
    public void signal() {
        if (!signalled.get() && signalled.compareAndSet(false, true)) {
            LockSupport.unpark(thread);
        }
    }

    /** Whether the calling thread is this agent's. */
    public boolean isCurrentThread() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void close() {
        stopping = true;
        signalled.set(true);
        LockSupport.unpark(thread);
        if (started.get() && !isCurrentThread()) {
            joinUninterruptibly();
        }
    }

    private void joinUninterruptibly() {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        while (!stopping) {
            signalled.set(false);
            park(step());
        }
        attempt(agent::onStop);
    }

    private long step() {
        try {
            return agent.doWork();
        } catch (Throwable e) {
            // Whatever it is, even a lack of memory: a part that is gone without a word is worse than one that goes on.
            errors.report(agent.name(), e);
            // A step that fails at once must not become a busy loop.
            return ERROR_PAUSE_NANOS;
        }
    }

    private void park(long nanos) {
        if (nanos <= 0) {
            return;
        }
        long deadline = nanos == Agent.UNTIL_SIGNAL ? 0 : System.nanoTime() + nanos;
        while (!signalled.get() && !stopping) {
            if (nanos == Agent.UNTIL_SIGNAL) {
                LockSupport.park(this);
            } else {
                long left = deadline - System.nanoTime();
                if (left <= 0) {
                    return;
                }
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private void attempt(Step step) {
        try {
            step.run();
        } catch (Exception e) {
            errors.report(agent.name(), e);
        }
    }

    @FunctionalInterface
    private interface Step {
        void run() throws Exception;
    }
}
