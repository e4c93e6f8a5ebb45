package io.reliablemq.client.api;

import java.time.Duration;

/**
 * One try at a send.
 *
 * @param brokerName empty where no broker could be chosen
 * @param queueId -1 where none was chosen
 * @param elapsed how long it took
 * @param detail the broker's remark or the error's text
 */
public record Attempt(
        String brokerName, String brokerAddress, int queueId, Duration elapsed, Outcome outcome, String detail) {

    /** How a try ended. */
    public enum Outcome {
        /** Stored as safely as the broker is configured. */
        SEND_OK(true),
        /** Stored, but not flushed in time. */
        FLUSH_DISK_TIMEOUT(true),
        /** Stored, but not replicated in time. */
        FLUSH_SLAVE_TIMEOUT(true),
        /** Stored, but there was no slave. */
        SLAVE_NOT_AVAILABLE(true),
        /** The broker said no: nothing was stored. */
        REFUSED(false),
        /** The broker met an error of its own: unknown whether it was stored. */
        BROKER_ERROR(true),
        /** The answer could not be read: unknown whether it was stored. */
        UNREADABLE_ANSWER(true),
        /** No answer in time: unknown whether it was stored. */
        TIMED_OUT(true),
        /** The connection broke before the answer: unknown whether it was stored. */
        CONNECTION_LOST(true),
        /** It never left this process. */
        NOT_SENT(false);

        private final boolean mayBeStored;

        Outcome(boolean mayBeStored) {
            this.mayBeStored = mayBeStored;
        }

        /** Whether the broker may hold the message after this try. */
        public boolean mayBeStored() {
            return mayBeStored;
        }
    }

    @Override
    public String toString() {
        return outcome + " at "
                + (brokerName.isEmpty() ? "no broker" : brokerName + " (" + brokerAddress + ") queue " + queueId)
                + " after " + elapsed.toMillis() + " ms" + (detail.isEmpty() ? "" : ": " + detail);
    }
}
