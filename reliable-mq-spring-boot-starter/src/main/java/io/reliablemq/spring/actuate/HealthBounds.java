package io.reliablemq.spring.actuate;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the health of messaging is judged by.
 *
 * @param maxLag messages that a group may be behind here; null for any number
 * @param maxAge how long a message may be in work here; null for any time
 * @param requireAssignedQueues whether a group needs a queue here
 * @param timeout for the answers of name servers and brokers
 */
public record HealthBounds(
        @Nullable Long maxLag, @Nullable Duration maxAge, boolean requireAssignedQueues, Duration timeout) {}
