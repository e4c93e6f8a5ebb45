package io.reliablemq.client.consumer;

/** Sees to it that a message which was not handled is finished one day. Thread-safe. */
interface Failures {

    /**
     * Takes over a message whose listener has failed.
     *
     * @param settled runs once, as soon as closing need not wait for this message: it is finished, or kept for a later attempt
     *     that nobody waits for
     */
    void take(Delivery delivery, Verdict verdict, Runnable settled);

    /** The broker at that address can be reached again. */
    default void brokerBack(String address) {}

    /** How many messages wait here for their broker. */
    default int waiting() {
        return 0;
    }
}
