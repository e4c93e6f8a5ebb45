package io.reliablemq.broker.retention;

import java.time.Duration;

/**
 * What may be deleted once its time is over.
 *
 * @param deleteUnconsumed whether also what a known group has not consumed; it is counted
 * @param deadLetterAge dead letters are kept for this long; zero for ever
 */
public record RetentionRules(boolean deleteUnconsumed, Duration deadLetterAge) {}
