package io.reliablemq.spring.listener;

/**
 * Decides what becomes of a message that its listener could not handle. Asked once for each failed attempt that has an
 * exception; {@code RECONSUME_LATER} is a decision already. Called by several consume threads at once.
 */
@FunctionalInterface
public interface ListenerErrorHandler {

    /** Non-retryable errors make dead letters, all others are retried. */
    ListenerErrorHandler DEFAULT = failure -> failure.nonRetryable() ? Decision.DEAD_LETTER : Decision.RETRY;

    /** What becomes of the message. */
    enum Decision {
        /** It is handed out again after the delay that its retry settings say; after the last attempt it is a dead letter. */
        RETRY,
        /** It is a dead letter now. */
        DEAD_LETTER,
        /** It is done with: the handler has dealt with it. The log says so, since nobody will see it again. */
        ACKNOWLEDGE
    }

    /**
     * @throws Exception if it cannot decide: the message is retried then
     */
    Decision onFailure(ListenerFailure failure) throws Exception;
}
