package io.reliablemq.conformance.client;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.conformance.port.LocalTransactions;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.TransactionSender;
import io.reliablemq.protocol.message.Message;
import org.jspecify.annotations.Nullable;

/** Our producer of transactional messages. */
final class OurTransactionSender implements TransactionSender {

    private final MqClient client;
    private final TransactionProducer producer;

    OurTransactionSender(MqClient client, String group, LocalTransactions transactions) {
        this.client = client;
        this.producer = client.transactionProducer(ProducerSettings.of(group), new TransactionListener() {
            @Override
            public TransactionOutcome execute(Message message, @Nullable Object argument) {
                return outcome(transactions.execute(String.valueOf(message.uniqueId())));
            }

            @Override
            public TransactionOutcome check(ReceivedMessage half) {
                return outcome(transactions.check(half.messageId()));
            }
        });
    }

    private static TransactionOutcome outcome(LocalTransactions.Outcome outcome) {
        return TransactionOutcome.valueOf(outcome.name());
    }

    @Override
    public String send(OutgoingMessage message) {
        try {
            TransactionReceipt receipt = producer.send(OurSender.toOurs(message), null);
            if (receipt.outcome() != TransactionOutcome.UNKNOWN && !receipt.confirmed()) {
                throw new SendFailure("The end was not confirmed: " + receipt.detail(), null);
            }
            return receipt.half().messageId();
        } catch (SendFailedException e) {
            throw new SendFailure("The send failed: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        client.close();
    }
}
