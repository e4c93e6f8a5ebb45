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
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers brokers that ask how a transaction ended. Thread-safe; listeners run on the callback executor. */
public final class TransactionQuestions implements RequestHandler {

    private static final Logger log = LoggerFactory.getLogger(TransactionQuestions.class);

    private final Executor callbacks;
    private final Map<String, Asked> asked = new ConcurrentHashMap<>();

    /** Who answers for a group. @param producers of the group that are open */
    private record Asked(TransactionListener listener, int producers) {}

    public TransactionQuestions(Executor callbacks) {
        this.callbacks = callbacks;
    }

    /**
     * @throws IllegalStateException if another listener answers for the group: a broker names the group alone, and what the
     *     wrong one is asked for it takes for a transaction that never began
     */
    void add(String group, TransactionListener listener) {
        asked.compute(group, (name, known) -> {
            if (known == null) {
                return new Asked(listener, 1);
            }
            if (!known.listener().equals(listener)) {
                throw new IllegalStateException(
                        "Group '" + group
                                + "' has a transaction producer with another listener in this client; give each a group of its own");
            }
            return new Asked(listener, known.producers() + 1);
        });
    }

    void remove(String group) {
        asked.computeIfPresent(
                group,
                (name, known) -> known.producers() == 1 ? null : new Asked(known.listener(), known.producers() - 1));
    }

    @Override
    public void handle(Command request, Reply reply) {
        CheckTransactionRequest question = CheckTransactionRequest.read(request.fields());
        StoredMessage half = MessageLayout.decodeAll(request.body().buffer()).get(0);
        String group = half.properties().getOrDefault(PropertyNames.PRODUCER_GROUP, "");
        Asked known = asked.get(group);
        if (known == null) {
            // Another producer of the group is asked the next time.
            log.warn(
                    "A broker asks for the transaction of message {}, but group '{}' has no transactions here",
                    half.messageId(),
                    group);
            return;
        }
        Connection connection = reply.connection();
        callbacks.execute(() -> answer(connection, group, question, half, known.listener()));
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
            return told(listener.check(received(half)), half.messageId());
        } catch (Exception e) {
            log.error("The transaction of message {} could not be checked; the broker asks again", half.messageId(), e);
            return TransactionOutcome.UNKNOWN;
        }
    }

    /** What a listener has told, which may be nothing. */
    static TransactionOutcome told(@Nullable TransactionOutcome outcome, String messageId) {
        if (outcome == null) {
            log.error("The listener returned null for the transaction of message {}; the broker asks again", messageId);
            return TransactionOutcome.UNKNOWN;
        }
        return outcome;
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
