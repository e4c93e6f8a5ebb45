package io.reliablemq.broker.topic;

import io.reliablemq.protocol.route.TopicSettings;

/** Waits for a topic to exist. Exactly one of the methods is called, by any thread; they must be quick. */
public interface TopicWaiter {

    /** The topic is stored and announced. */
    void ready(TopicSettings topic);

    /** The topic could not be made. */
    void failed(String reason);
}
