package io.reliablemq.spring.listener;

/**
 * The time that a listener has for its messages, the consume time-out. A listener that works for longer takes this as a
 * parameter and extends it from time to time, so that its messages are not handed to somebody else meanwhile. Thread-safe.
 */
@FunctionalInterface
public interface MessageLease {

    /**
     * Begins the consume time-out anew.
     *
     * @return false if the messages are no longer this call's: another attempt has begun, or will
     */
    boolean extend();
}
