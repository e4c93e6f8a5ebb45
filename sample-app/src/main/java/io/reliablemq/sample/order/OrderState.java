package io.reliablemq.sample.order;

/**
 * Where an order stands. It moves from {@link #PLACED} to {@link #PAID} to {@link #SHIPPED}, or to
 * {@link #DEAD}, from where somebody may send it to {@link #PLACED} again.
 */
public enum OrderState {
    /** In the database; payment is due. */
    PLACED,
    /** Charged exactly once. */
    PAID,
    /** Done. */
    SHIPPED,
    /** Every attempt to charge it failed: its message is a dead letter. */
    DEAD
}
