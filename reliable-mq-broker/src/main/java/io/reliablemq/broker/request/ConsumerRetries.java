package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.group.QueueLocks;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Reply;

/**
 * Messages that consumers send to their retry topic themselves: when sending back failed, or when an orderly consumer
 * gives a message up. Those that had all their attempts are dead letters.
 */
public final class ConsumerRetries {

    private final GroupSettingsTable groups;
    private final QueueLocks locks;
    private final GroupTopics groupTopics;
    private final MessageCopies copies;
    private final MessageStore store;

    public ConsumerRetries(
            GroupSettingsTable groups,
            QueueLocks locks,
            GroupTopics groupTopics,
            MessageCopies copies,
            MessageStore store) {
        this.groups = groups;
        this.locks = locks;
        this.groupTopics = groupTopics;
        this.copies = copies;
        this.store = store;
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

    void deadLetter(StoredMessage message, String retryTopic, Reply reply, IncomingMessages incoming) {
        String group = group(retryTopic);
        StoredMessage dead = copies.deadLetter(message, group);
        groupTopics.withDeadLetterTopic(
                group,
                () -> Answering.run(reply, () -> append(dead, reply, incoming)),
                reason -> reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, reason)));
    }

    private void append(StoredMessage dead, Reply reply, IncomingMessages incoming) {
        store.append(
                dead,
                MessageStore.NO_ORIGIN,
                result -> reply.send(StoreAnswers.answer(
                        result,
                        () -> incoming.answerFields(dead.queueId(), result, dead.property(PropertyNames.UNIQUE_ID)))));
    }

    private static String group(String retryTopic) {
        return retryTopic.substring(Names.RETRY_PREFIX.length());
    }
}
