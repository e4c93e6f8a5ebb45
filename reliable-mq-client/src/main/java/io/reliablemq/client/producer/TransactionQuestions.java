package io.reliablemq.client.producer;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.compression.BadCompressionException;
import io.reliablemq.client.compression.BodyFormat;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.CheckTransactionRequest;
import io.reliablemq.protocol.header.EndTransactionRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers brokers that ask how a transaction ended. Thread-safe; listeners run on the callback executor. */
public final class TransactionQuestions implements RequestHandler {

    private static final Logger log = LoggerFactory.getLogger(TransactionQuestions.class);

    private final Executor callbacks;
    private final Map<String, List<TransactionListener>> listeners = new ConcurrentHashMap<>();

    public TransactionQuestions(Executor callbacks) {
        this.callbacks = callbacks;
    }

    void add(String group, TransactionListener listener) {
        listeners.computeIfAbsent(group, name -> new CopyOnWriteArrayList<>()).add(listener);
    }

    void remove(String group, TransactionListener listener) {
        listeners.getOrDefault(group, List.of()).remove(listener);
    }

    @Override
    public void handle(Command request, Reply reply) {
        CheckTransactionRequest question = CheckTransactionRequest.read(request.fields());
        StoredMessage half = MessageLayout.decodeAll(request.body().buffer()).get(0);
        String group = half.properties().getOrDefault(PropertyNames.PRODUCER_GROUP, "");
        List<TransactionListener> known = listeners.getOrDefault(group, List.of());
        if (known.isEmpty()) {
            // Another producer of the group is asked the next time.
            log.warn(
                    "A broker asks for the transaction of message {}, but group '{}' has no transactions here",
                    half.messageId(),
                    group);
            return;
        }
        Connection connection = reply.connection();
        callbacks.execute(() -> answer(connection, group, question, half, known.get(0)));
    }

    private static void answer(
            Connection connection,
            String group,
            CheckTransactionRequest question,
            StoredMessage half,
            TransactionListener listener) {
        TransactionOutcome outcome = outcome(half, listener);
        String id = half.messageId();
        EndTransactionRequest end = new EndTransactionRequest(
                question.topic(),
                group,
                question.halfOffset(),
                question.halfPosition(),
                decision(outcome),
                true,
                id,
                question.transactionId(),
                question.brokerName());
        // An answer that does not arrive is asked for again.
        connection.sendOneWay(
                Command.request(RequestCode.END_TRANSACTION, end.fields()).asOneWay());
    }

    private static TransactionOutcome outcome(StoredMessage half, TransactionListener listener) {
        try {
            return listener.check(received(half));
        } catch (Exception e) {
            log.error("The transaction of message {} could not be checked; the broker asks again", half.messageId(), e);
            return TransactionOutcome.UNKNOWN;
        }
    }

    /** How the protocol writes an outcome. */
    static int decision(TransactionOutcome outcome) {
        return switch (outcome) {
            case COMMIT -> SystemFlag.TRANSACTION_COMMIT;
            case ROLLBACK -> SystemFlag.TRANSACTION_ROLLBACK;
            case UNKNOWN -> 0;
        };
    }

    private static ReceivedMessage received(StoredMessage half) throws BadCompressionException {
        return new ReceivedMessage(
                half.topic(),
                half.messageId(),
                half.offsetMessageId(),
                "",
                half.queueId(),
                half.queueOffset(),
                half.reconsumeTimes(),
                Instant.ofEpochMilli(half.bornTimestamp()),
                Instant.ofEpochMilli(half.storeTimestamp()),
                half.flag(),
                Collections.unmodifiableMap(half.properties()),
                BodyFormat.inflate(half.systemFlag(), half.body()));
    }
}
