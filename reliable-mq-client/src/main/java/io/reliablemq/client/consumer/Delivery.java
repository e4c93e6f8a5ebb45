package io.reliablemq.client.consumer;

import io.reliablemq.protocol.message.StoredMessage;

/**
 * One message on its way through the listener. Immutable.
 *
 * @param failedHere attempts that failed without the broker's having counted them, although they count
 * @param firstFailedAtMs when the first of those failed, in ms of the wall clock; 0 if none did
 * @param failedReturns how often its broker could not take it back since the pauses began
 */
record Delivery(ProcessQueue queue, StoredMessage message, int failedHere, long firstFailedAtMs, int failedReturns) {

    Delivery(ProcessQueue queue, StoredMessage message) {
        this(queue, message, 0, 0, 0);
    }

    Delivery afterFailure() {
        return new Delivery(queue, message, failedHere + 1, firstFailedAtMs, 0);
    }

    Delivery afterFailedReturn(int times) {
        return new Delivery(queue, message, failedHere, firstFailedAtMs, times);
    }

    /** Attempts that failed before this one. */
    int failedBefore() {
        return message.reconsumeTimes() + failedHere;
    }

    boolean isObsolete() {
        return queue.isDropped();
    }

    void finish() {
        queue.finish(message.queueOffset());
    }

    String describe() {
        return message.messageId() + " (topic '" + MessageReader.originalTopic(message) + "', broker '"
                + queue.queue().brokerName() + "', queue " + message.queueId() + ", offset " + message.queueOffset()
                + ", reconsumeTimes " + message.reconsumeTimes() + ")";
    }
}
