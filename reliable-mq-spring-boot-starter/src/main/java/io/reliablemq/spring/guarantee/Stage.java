package io.reliablemq.spring.guarantee;

/** Where a message is on its way. */
public enum Stage {
    /** From the application to a broker. */
    PRODUCING,
    /** In the brokers. */
    STORING,
    /** From the brokers to a listener. */
    CONSUMING
}
