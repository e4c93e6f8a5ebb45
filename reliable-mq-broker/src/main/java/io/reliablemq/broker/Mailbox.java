package io.reliablemq.broker;

import io.reliablemq.protocol.runtime.Agent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/** Commands for the thread that owns some state: put in by any thread, carried out in order by {@link #drain}. */
final class Mailbox implements Executor {

    private final Queue<Runnable> commands = new ConcurrentLinkedQueue<>();
    private final Runnable signal;

    Mailbox(Runnable signal) {
        this.signal = signal;
    }

    @Override
    public void execute(Runnable command) {
        commands.add(command);
        signal.run();
    }

    /** Carries out what has arrived. */
    long drain() {
        for (Runnable command = commands.poll(); command != null; command = commands.poll()) {
            command.run();
        }
        return Agent.UNTIL_SIGNAL;
    }
}
