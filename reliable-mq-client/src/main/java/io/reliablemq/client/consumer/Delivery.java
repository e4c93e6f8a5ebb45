package io.reliablemq.client.consumer;

import io.reliablemq.client.consumer.RetryCopies.Copy;
import io.reliablemq.protocol.message.StoredMessage;
import org.jspecify.annotations.Nullable;

/**
 * One message on its way through the listener. Immutable.
 *
 * @param failedHere attempts that failed without the broker's having counted them, although they count
 * @param firstFailedAtMs when the first of those failed, in ms of the wall clock; 0 if none did
 * @param returns how often it could not be given back
 */
record Delivery(ProcessQueue queue, StoredMessage message, int failedHere, long firstFailedAtMs, Returns returns) {

    /**
     * Attempts to give a message back.
     *
     * @param failed since the pauses began
     * @param refused those of them that its broker has answered, so that it will say the same the next time
     * @param copy the copy that was sent to the retry topic and may be stored; null if there is none. It outlives another attempt of
     *     the listener, so that what is sent when that fails as well is the same copy and not a second one
     */
    record Returns(int failed, int refused, @Nullable Copy copy) {

        static final Returns NONE = new Returns(0, 0, null);

        /** The broker was away, and what it said before says nothing of it as it is now. */
        Returns anew() {
            return new Returns(1, 0, copy);
        }

        Returns andAgain(boolean isRefusal) {
            return new Returns(failed + 1, refused + (isRefusal ? 1 : 0), copy);
        }

        Returns with(@Nullable Copy sent) {
            return new Returns(failed, refused, sent);
        }
    }

    Delivery(ProcessQueue queue, StoredMessage message) {
        this(queue, message, 0, 0, Returns.NONE);
    }

    Delivery afterFailure() {
        return new Delivery(queue, queue.keepApart(message), failedHere + 1, firstFailedAtMs, Returns.NONE);
    }

    Delivery with(Returns now) {
        return new Delivery(queue, queue.keepApart(message), failedHere, firstFailedAtMs, now);
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

    /** Finished by the work that its queue was told of. */
    void finishAndEnd() {
        queue.finishAndEnd(message.queueOffset());
    }

    String describe() {
        return message.messageId() + " (topic '" + MessageReader.originalTopic(message) + "', broker '"
                + queue.queue().brokerName() + "', queue " + message.queueId() + ", offset " + message.queueOffset()
                + ", reconsumeTimes " + message.reconsumeTimes() + ")";
    }
}
