package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Names;

/** A queue of a topic that messages can be sent to. */
public record SendQueue(String topic, String brokerName, int queueId) {

    public SendQueue {
        Names.requireTopic(topic);
        if (queueId < 0) {
            throw new IllegalArgumentException("The queue id is " + queueId + "; it must not be negative");
        }
    }

    @Override
    public String toString() {
        return topic + "@" + brokerName + "#" + queueId;
    }
}
