package io.reliablemq.conformance.official;

import io.reliablemq.conformance.port.LocalTransactions;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.TransactionSender;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.LocalTransactionState;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.client.producer.TransactionListener;
import org.apache.rocketmq.client.producer.TransactionMQProducer;
import org.apache.rocketmq.client.producer.TransactionSendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;

/** The official producer of transactional messages. */
final class OfficialTransactionSender implements TransactionSender {

    private final TransactionMQProducer producer;

    private OfficialTransactionSender(TransactionMQProducer producer) {
        this.producer = producer;
    }

    static OfficialTransactionSender open(String nameServers, String group, LocalTransactions transactions) {
        TransactionMQProducer producer = new TransactionMQProducer(group);
        producer.setNamesrvAddr(nameServers);
        producer.setInstanceName(InstanceNames.next(group));
        producer.setSendMsgTimeout(OfficialClientLibrary.SEND_MS);
        producer.setTransactionListener(new TransactionListener() {
            @Override
            public LocalTransactionState executeLocalTransaction(Message message, Object argument) {
                return state(
                        transactions.execute(message.getProperty(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX)));
            }

            @Override
            public LocalTransactionState checkLocalTransaction(MessageExt message) {
                return state(
                        transactions.check(message.getProperty(MessageConst.PROPERTY_UNIQ_CLIENT_MESSAGE_ID_KEYIDX)));
            }
        });
        try {
            producer.start();
        } catch (MQClientException e) {
            throw new IllegalStateException("The official producer of group '" + group + "' did not start", e);
        }
        return new OfficialTransactionSender(producer);
    }

    private static LocalTransactionState state(LocalTransactions.Outcome outcome) {
        return switch (outcome) {
            case COMMIT -> LocalTransactionState.COMMIT_MESSAGE;
            case ROLLBACK -> LocalTransactionState.ROLLBACK_MESSAGE;
            case UNKNOWN -> LocalTransactionState.UNKNOW;
        };
    }

    @Override
    public String send(OutgoingMessage message) {
        try {
            TransactionSendResult result = producer.sendMessageInTransaction(OfficialSender.toOfficial(message), null);
            if (result.getSendStatus() != SendStatus.SEND_OK) {
                throw new SendFailure("The send ended in " + result.getSendStatus(), null);
            }
            return result.getMsgId();
        } catch (MQClientException e) {
            throw new SendFailure("The send failed: " + e, e);
        }
    }

    @Override
    public void close() {
        producer.shutdown();
    }
}
