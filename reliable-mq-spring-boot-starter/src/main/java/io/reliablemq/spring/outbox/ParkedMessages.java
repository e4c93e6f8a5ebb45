package io.reliablemq.spring.outbox;

import java.util.List;

/**
 * The messages of the outbox that were refused for good: a broker does not take such a one, whatever the time. Each counts towards
 * the bound of the table. Thread-safe; every method asks the database.
 */
public final class ParkedMessages {

    private final OutboxTable table;
    private final RelaySignal signal;

    ParkedMessages(OutboxTable table, RelaySignal signal) {
        this.table = table;
        this.signal = signal;
    }

    /** The oldest ones. */
    public List<ParkedMessage> list(int max) {
        if (max < 1) {
            throw new IllegalArgumentException("max is " + max + "; it must be at least 1");
        }
        return table.parked(max);
    }

    /**
     * Sends it again, with its unique id, after the cause of the refusal was removed: behind nothing and before nothing, since those
     * after it have gone on.
     *
     * @return false if no such message is parked
     */
    public boolean resend(String messageId) {
        boolean found = table.unpark(messageId) > 0;
        signal.allLanes();
        return found;
    }

    /** As {@link #resend} for all. @return how many */
    public int resendAll() {
        int found = table.unpark(null);
        signal.allLanes();
        return found;
    }

    /** Gives a message up. @return false if no such message is parked */
    public boolean delete(String messageId) {
        return table.deleteParked(messageId) > 0;
    }
}
