package io.reliablemq.client.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Stands around the calls of listeners, to trace and to count them. It cannot change what becomes of a message: what it throws is
 * logged and has no effect. Called by several consume threads at once, and for every message: be quick.
 */
public interface ConsumeInterceptor {

    /** What becomes of a message, as far as its listener decides. */
    enum MessageEnd {
        DONE,
        /** It is handed out again. */
        RETRIED,
        /** It is kept as a dead letter, since it has failed too often; by broadcast, it is given up. */
        RETRIES_EXHAUSTED,
        /** It is kept as a dead letter, since another attempt cannot help; by broadcast, it is given up. */
        NOT_RETRYABLE
    }

    /** One call of a listener. */
    interface Call {

        /** The listener has returned, on the thread that called it. One that ends later goes on elsewhere. */
        void returned();

        /**
         * The listener has ended; called once, after {@link #returned()}, on any thread.
         *
         * @param ends what becomes of each message, in their order
         * @param error what the listener threw, or named as the cause of a failure; null where there is none
         */
        void ended(List<MessageEnd> ends, @Nullable Throwable error);
    }

    /** A consumer is made, whose listener this stands around from now on. */
    default void opened(PushConsumerSettings settings) {}

    /**
     * A listener is about to be called, on this thread.
     *
     * @param settings of its consumer
     * @param messages one, or those of a batch
     */
    Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages);
}
