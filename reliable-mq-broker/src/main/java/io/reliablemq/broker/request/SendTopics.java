package io.reliablemq.broker.request;

import io.reliablemq.broker.topic.TopicWaiter;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import io.reliablemq.protocol.transport.Reply;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the topic of a send, or makes it: with the settings of the topic that the producer names for that (usually
 * TBW102), and with no more queues than both sides want. Retry and dead-letter topics always have one queue.
 */
public final class SendTopics {

    private static final int MAX_QUEUES_ASKED_FOR = 1024;

    private final Topics topics;
    private final RequestChecks checks;
    private final boolean autoCreate;

    public SendTopics(Topics topics, RequestChecks checks, boolean autoCreate) {
        this.topics = topics;
        this.checks = checks;
        this.autoCreate = autoCreate;
    }

    /** Goes on with the topic, at once if it exists. That it could not be made, or that the step failed, is the reply. */
    void find(SendMessageRequest request, Reply reply, Consumer<TopicSettings> step) {
        String name = checks.topicToSendTo(request.topic());
        TopicSettings existing = topics.findToSend(name);
        if (existing != null) {
            Answering.run(reply, () -> step.accept(existing));
            return;
        }
        topics.findOrCreate(wanted(name, request), new TopicWaiter() {
            @Override
            public void ready(TopicSettings topic) {
                Answering.run(reply, () -> step.accept(topic));
            }

            @Override
            public void failed(String reason) {
                reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, reason));
            }
        });
    }

    private TopicSettings wanted(String name, SendMessageRequest request) {
        if (Names.isRetryTopic(name) || Names.isDeadLetterTopic(name)) {
            return new TopicSettings(name, 1, Permission.READ_WRITE);
        }
        TopicSettings model = model(request.defaultTopic());
        if (model == null) {
            throw new RefusedException(
                    ResponseCode.TOPIC_NOT_EXIST,
                    "The topic " + name + " does not exist and may not be made by sending to it; create it first");
        }
        int asked = Math.max(1, Math.min(request.defaultQueueCount(), MAX_QUEUES_ASKED_FOR));
        return new TopicSettings(name, Math.min(asked, model.writeQueues()), model.permission() & ~Permission.INHERIT);
    }

    private @Nullable TopicSettings model(String defaultTopic) {
        TopicSettings model = autoCreate ? topics.find(defaultTopic) : null;
        return model != null && Permission.canInherit(model.permission()) ? model : null;
    }
}
