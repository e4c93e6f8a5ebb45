package io.reliablemq.broker.store.epoch;

/**
 * The time in which one master has written the log without a break.
 *
 * @param number one more than that of the epoch before; written into each record
 * @param id random, so that two masters that never saw each other cannot be taken for one
 * @param start position of its first record
 */
public record Epoch(int number, long id, long start) {

    public Epoch {
        if (number < 0 || start < 0) {
            throw new IllegalArgumentException("No epoch has number " + number + " and starts at " + start);
        }
    }

    /** As text that no other epoch has. */
    public String name() {
        return "%d-%016x".formatted(number, id);
    }

    /** Whether these are the same: only one master ever writes in an epoch, so what both logs have of it is equal. */
    boolean isSame(Epoch other) {
        return number == other.number && id == other.id;
    }
}
