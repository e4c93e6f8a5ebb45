package io.reliablemq.broker.request;

/** Learns that a consumer was told that the message which it gave back is safe. Must be quick and must not throw. */
@FunctionalInterface
public interface TakenBack {

    /**
     * @param origin position of the message that was given back
     * @param copy position of the copy that takes its place
     */
    void told(String group, long origin, long copy);
}
