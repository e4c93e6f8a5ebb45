package io.reliablemq.spring.guarantee;

import java.time.Duration;

/**
 * How messages are sent from here.
 *
 * @param group the producer group
 * @param retries attempts of a synchronous send beyond the first
 * @param asyncRetries attempts of an asynchronous one beyond the first
 * @param retriesUnsafe whether what a broker has stored, but not safely, is sent to another one
 * @param sendTimeout what all attempts may take together
 * @param compensation what becomes of a message whose attempts have all failed
 * @param oneWaySends how many one-way sends were made
 * @param afterCommit whether messages are sent after the commit of the caller's transaction
 */
public record ProducerFacts(
        String group,
        int retries,
        int asyncRetries,
        boolean retriesUnsafe,
        Duration sendTimeout,
        Compensation compensation,
        long oneWaySends,
        boolean afterCommit) {

    /** Who takes care of a message that no broker took. */
    public enum Compensation {
        /** Whoever sent it, by the exception that it gets. */
        CALLER,
        /** A handler of the application. */
        HANDLER,
        /** A journal on this machine's disk. */
        JOURNAL,
        /** The application's database, where messages wait from the transaction on. */
        OUTBOX
    }
}
