package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.group.QueueLocks;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Reply;
import java.util.function.Consumer;

/**
 * Messages that consumers send to their retry topic themselves: when sending back failed, or when an orderly consumer
 * gives a message up. Those that had all their attempts are dead letters.
 */
public final class ConsumerRetries {

    private final GroupSettingsTable groups;
    private final QueueLocks locks;
    private final GroupTopics groupTopics;
    private final MessageCopies copies;

    public ConsumerRetries(GroupSettingsTable groups, QueueLocks locks, GroupTopics groupTopics, MessageCopies copies) {
        this.groups = groups;
        this.locks = locks;
        this.groupTopics = groupTopics;
        this.copies = copies;
    }

    boolean isExhausted(SendMessageRequest request, String retryTopic) {
        if (request.reconsumeTimes() == 0 && request.maxReconsumeTimes() < 0) {
            return false;
        }
        String group = group(retryTopic);
        int max = request.maxReconsumeTimes() >= 0
                ? request.maxReconsumeTimes()
                : groups.find(group).retryMaxTimes();
        // An orderly consumer retries in place and sends a message only to give it up.
        return request.reconsumeTimes() > max || locks.isOrderly(group);
    }

    /** @param store takes the dead letter once there is a topic for it */
    void deadLetter(StoredMessage message, String retryTopic, Reply reply, Consumer<StoredMessage> store) {
        String group = group(retryTopic);
        StoredMessage dead = copies.deadLetter(message, group);
        groupTopics.withDeadLetterTopic(
                group,
                () -> Answering.run(reply, () -> store.accept(dead)),
                reason -> reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, reason)));
    }

    private static String group(String retryTopic) {
        return retryTopic.substring(Names.RETRY_PREFIX.length());
    }
}
