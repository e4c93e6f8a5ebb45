package io.reliablemq.client.api;

/** In which order the messages of a queue are handled. */
public enum ConsumeMode {
    /** Several at once, in no particular order; what fails is retried by the broker. The default. */
    CONCURRENTLY,
    /**
     * One after the other. The queue is locked at its broker, so that no two members handle it at a time; what fails is
     * retried in place and holds the messages behind it back.
     */
    ORDERLY
}
