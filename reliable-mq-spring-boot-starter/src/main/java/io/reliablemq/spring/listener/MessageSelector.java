package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ReceivedMessage;

/** Which messages of a topic a listener takes. */
public sealed interface MessageSelector permits TagSelector, SqlSelector {

    /** Whether the listener takes this message, which the group has received of the topic. */
    boolean takes(ReceivedMessage message);

    /** Whether some message might be taken by both. */
    boolean overlaps(MessageSelector other);

    /** The form that brokers read. */
    String expression();
}
