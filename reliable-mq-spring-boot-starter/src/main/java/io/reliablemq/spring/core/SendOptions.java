package io.reliablemq.spring.core;

import io.reliablemq.client.api.SendQueue;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one message is sent, where that differs from the template's ways.
 *
 * @param mode null for the template's
 * @param timeout null for the producer's
 * @param queue null for whichever
 */
record SendOptions(
        @Nullable TransactionMode mode,
        @Nullable Duration timeout,
        @Nullable SendQueue queue) {

    static final SendOptions NONE = new SendOptions(null, null, null);

    void requireNoTimeout(String what) {
        if (timeout != null) {
            throw new IllegalArgumentException("A time-out of its own is for a send that is waited for, and " + what
                    + "; set reliable-mq.producer.send-timeout for it");
        }
    }

    void requireNoQueue(String what) {
        if (queue != null) {
            throw new IllegalArgumentException("The message is to go to the queue " + queue + ", which " + what
                    + " cannot do; use an ordering key");
        }
    }
}
