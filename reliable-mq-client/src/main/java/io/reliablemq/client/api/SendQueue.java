package io.reliablemq.client.api;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;

/** A queue of a topic that messages can be sent to. */
public record SendQueue(String topic, String brokerName, int queueId) {

    public SendQueue {
        Names.requireTopic(topic);
        if (queueId < 0) {
            throw new IllegalArgumentException("The queue id is " + queueId + "; it must not be negative");
        }
    }

    /**
     * Checks that a message can be sent to this queue.
     *
     * @throws IllegalArgumentException if the message is one of another topic, or has a priority, by which its broker would choose
     *     another queue without a word; one with an ordering key may have both
     */
    public void requireFor(Message message) {
        if (!topic.equals(message.topic())) {
            throw new IllegalArgumentException(
                    "The queue " + this + " is not one of the message's topic '" + message.topic() + "'");
        }
        int priority = MessageProperties.priority(message.properties());
        if (priority != MessageProperties.NO_PRIORITY && message.orderingKey() == null) {
            throw new IllegalArgumentException("The message has the priority " + priority
                    + ", by which its broker chooses the queue; send it without a priority, or not to " + this);
        }
    }

    @Override
    public String toString() {
        return topic + "@" + brokerName + "#" + queueId;
    }
}
