package io.reliablemq.conformance.port;

/** Sends and receives with a client library's default settings. */
public interface MessageLibrary {

    /** Opens a sender that has the library's default settings. */
    Sender sender(String nameServers, String group);

    /** Opens a member of a consumer group. It has joined when this returns; its queues come a little later. */
    Receiver receiver(String nameServers, Subscription subscription, Listener listener);
}
