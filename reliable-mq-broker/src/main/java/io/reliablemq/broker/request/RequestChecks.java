package io.reliablemq.broker.request;

import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.topic.SystemTopics;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.body.ConsumerGroupSettings;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import org.jspecify.annotations.Nullable;

/** What requests have in common is checked here, before a handler does anything. Thread-safe. */
public final class RequestChecks {

    private final Topics topics;
    private final GroupSettingsTable groups;

    public RequestChecks(Topics topics, GroupSettingsTable groups) {
        this.topics = topics;
        this.groups = groups;
    }

    String topicName(String topic) {
        try {
            return Names.requireTopic(topic);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(ResponseCode.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    String groupName(String group) {
        try {
            return Names.requireGroup(group);
        } catch (IllegalArgumentException e) {
            throw new RefusedException(ResponseCode.INVALID_PARAMETER, String.valueOf(e.getMessage()));
        }
    }

    /** Tables go by it, and nobody else could be told from a client without one. */
    static void clientId(@Nullable String clientId) {
        if (clientId == null || clientId.isBlank()) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER, "The request does not say which client sends it");
        }
    }

    /** The name of a topic that clients may send to. */
    String topicToSendTo(String topic) {
        topicName(topic);
        if (!SystemTopics.isForSending(topic)) {
            throw new RefusedException(
                    ResponseCode.NO_PERMISSION, "Sending to the topic " + topic + " is forbidden: the system uses it");
        }
        return topic;
    }

    TopicSettings existing(String topic) {
        TopicSettings settings = topics.find(topicName(topic));
        if (settings == null) {
            throw new RefusedException(
                    ResponseCode.TOPIC_NOT_EXIST,
                    "The topic " + topic + " does not exist on this broker; create it, or send a message to it");
        }
        return settings;
    }

    /** The settings of the group, whether or not it may consume. */
    ConsumerGroupSettings settings(String group) {
        return groups.find(groupName(group));
    }

    /** The group may consume. */
    ConsumerGroupSettings consuming(String group) {
        ConsumerGroupSettings settings = settings(group);
        if (!settings.consumeEnabled()) {
            throw new RefusedException(ResponseCode.NO_PERMISSION, "Consuming is switched off for the group " + group);
        }
        return settings;
    }

    static void readable(TopicSettings topic, int queueId) {
        if (!Permission.canRead(topic.permission())) {
            throw new RefusedException(
                    ResponseCode.NO_PERMISSION, "Reading from the topic " + topic.topic() + " is not permitted");
        }
        queueInRange(topic.topic(), queueId, topic.readQueues());
    }

    static void writable(TopicSettings topic, int queueId) {
        if (!Permission.canWrite(topic.permission())) {
            throw new RefusedException(
                    ResponseCode.NO_PERMISSION, "Writing to the topic " + topic.topic() + " is not permitted");
        }
        if (queueId >= 0) {
            queueInRange(topic.topic(), queueId, Math.max(topic.readQueues(), topic.writeQueues()));
        }
    }

    static void queueInRange(String topic, int queueId, int queues) {
        if (queueId < 0 || queueId >= queues) {
            throw new RefusedException(
                    ResponseCode.INVALID_PARAMETER,
                    "Queue " + queueId + " of topic " + topic + " does not exist: it has queues 0 to " + (queues - 1));
        }
    }
}
