package io.reliablemq.broker.transaction;

import java.time.Duration;

/**
 * When producers are asked how a transaction ended, and when nobody is asked any more.
 *
 * @param timeout how old a half message is when its producer is asked for the first time
 * @param checkInterval between two questions
 * @param checkMax questions that may go unanswered
 * @param maxAge how old a half message may get, whether or not anybody could be asked
 */
public record TransactionRules(Duration timeout, Duration checkInterval, int checkMax, Duration maxAge) {

    public static final TransactionRules DEFAULT =
            new TransactionRules(Duration.ofSeconds(6), Duration.ofSeconds(30), 15, Duration.ofHours(72));
}
