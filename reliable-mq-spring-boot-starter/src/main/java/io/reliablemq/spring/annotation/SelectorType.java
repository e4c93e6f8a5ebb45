package io.reliablemq.spring.annotation;

/** What the expression of a listener selects by. */
public enum SelectorType {
    /** Tags: {@code *}, or tags joined by {@code ||}. */
    TAG,
    /**
     * SQL92 over the properties of messages, for instance {@code amount > 100 AND region = 'EU'}. The broker evaluates it; those
     * of Apache RocketMQ need {@code enablePropertyFilter=true}.
     */
    SQL92
}
