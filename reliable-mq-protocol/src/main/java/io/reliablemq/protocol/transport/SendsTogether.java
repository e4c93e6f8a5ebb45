package io.reliablemq.protocol.transport;

import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a thread sends in one go leaves at the end of it, for each connection in one write where that is possible. Without it
 * the first answer of many wakes the connection's event loop, and what follows waits for its turn. Thread-safe.
 */
public final class SendsTogether {

    /** Of more connections, each is left to its event loop: the loops write side by side, and the thread goes on. */
    private static final int MOST_CONNECTIONS = 4;

    private static final ThreadLocal<@Nullable Set<Outbox>> PUT_OFF = new ThreadLocal<>();

    private SendsTogether() {}

    /** Runs the task on the calling thread, and then sends what it has put off. One within another is part of it. */
    public static void run(Runnable task) {
        if (PUT_OFF.get() != null) {
            task.run();
            return;
        }
        Set<Outbox> outboxes = new LinkedHashSet<>();
        PUT_OFF.set(outboxes);
        try {
            task.run();
        } finally {
            PUT_OFF.remove();
            outboxes.forEach(outboxes.size() > MOST_CONNECTIONS ? Outbox::planDrain : Outbox::sendTogether);
        }
    }

    /** Whether the calling thread empties the outbox later. */
    static boolean putsOff(Outbox outbox) {
        Set<Outbox> outboxes = PUT_OFF.get();
        return outboxes != null && (outboxes.contains(outbox) || outboxes.add(outbox));
    }
}
