package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.Recalls;
import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.transaction.OpenTransactions;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.Clock;

/**
 * What the handlers of producers' requests work with, and those handlers put together.
 *
 * @param brokerName as recall handles name this broker
 */
public record SendParts(
        String brokerName,
        SendTopics topics,
        IncomingMessages incoming,
        ConsumerRetries retries,
        Placement placement,
        EarlierSends earlier,
        Recalls recalls,
        OpenTransactions transactions,
        ClientSessions sessions,
        ReadThreads readThreads,
        MessageStore store,
        Clock clock) {

    public void addTo(HandlerTable.Builder table) {
        SendBatchHandler batches = new SendBatchHandler(incoming, earlier, store);
        SendMessageHandler send = new SendMessageHandler(topics, incoming, batches, retries, placement, earlier, store);
        table.on(RequestCode.SEND_MESSAGE, send)
                .on(RequestCode.SEND_MESSAGE_V2, send)
                .on(RequestCode.SEND_BATCH_MESSAGE, send);
        ReplyHandler replies = new ReplyHandler(topics, incoming, sessions, store, clock);
        table.on(RequestCode.SEND_REPLY_MESSAGE, replies).on(RequestCode.SEND_REPLY_MESSAGE_V2, replies);
        table.on(RequestCode.END_TRANSACTION, new EndTransactionHandler(transactions, placement, store, readThreads));
        table.on(RequestCode.RECALL_MESSAGE, new RecallHandler(brokerName, store, recalls, readThreads));
    }
}
