package io.reliablemq.client.api;

import org.jspecify.annotations.Nullable;

/**
 * A producer that a client has open, as it was asked for.
 *
 * @param handler compensates for sends that failed; null for nobody
 */
public record OpenProducer(
        ProducerSettings settings, Kind kind, @Nullable SendFailureHandler handler) {

    /** What it sends. */
    public enum Kind {
        MESSAGES,
        /** Messages that are delivered if a local transaction commits. */
        TRANSACTIONS,
        /** What waits in a journal. */
        JOURNAL
    }
}
