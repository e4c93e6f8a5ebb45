package io.reliablemq.spring.core;

import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.support.MessageMapper;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Sends through one {@link Producer}, which it does not close. Thread-safe. */
public class ReliableMqTemplate implements ReliableMqOperations {

    private final Producer producer;
    private final MessageMapper mapper;
    private final TransactionMode mode;
    private final List<MessageCustomizer> customizers;
    private final @Nullable TransactionProducer transactionProducer;
    private final AfterCommitSends afterCommit;
    private final Dispatch dispatch;
    private final OutgoingMessage.Transmission transmission = new Sending();

    /** A template that sends at once, also inside transactions unless told otherwise by the message. */
    public ReliableMqTemplate(Producer producer, MessageMapper mapper) {
        this(builder(producer, mapper));
    }

    private ReliableMqTemplate(Builder builder) {
        this.producer = builder.producer;
        this.mapper = builder.mapper;
        this.mode = builder.mode;
        this.customizers = List.copyOf(builder.customizers);
        this.transactionProducer = builder.transactionProducer;
        CurrentTransaction transaction = CurrentTransaction.detect();
        this.afterCommit = new AfterCommitSends(transaction, builder.failureHandler);
        this.dispatch =
                new Dispatch(producer, transaction, afterCommit, builder.outbox, new Sendable(builder.maxMessageBytes));
    }

    private ReliableMqTemplate(ReliableMqTemplate like, TransactionMode mode) {
        this.producer = like.producer;
        this.mapper = like.mapper;
        this.mode = mode;
        this.customizers = like.customizers;
        this.transactionProducer = like.transactionProducer;
        this.afterCommit = like.afterCommit;
        this.dispatch = like.dispatch;
    }

    public static Builder builder(Producer producer, MessageMapper mapper) {
        return new Builder(producer, mapper);
    }

    /** What it does inside a Spring transaction. */
    public TransactionMode transactionMode() {
        return mode;
    }

    /** What became of its messages that were to be sent after a commit; shared with {@link #inTransaction}'s templates. */
    public AfterCommitFigures afterCommitFigures() {
        return afterCommit.figures();
    }

    @Override
    public OutgoingMessage newMessage(Object payload) {
        return new OutgoingMessage(transmission, payload);
    }

    @Override
    public ReliableMqTemplate inTransaction(TransactionMode other) {
        return new ReliableMqTemplate(this, other);
    }

    @Override
    public SendReceipt send(String destination, Object payload, Map<String, Object> headers) {
        return dispatch.send(message(destination, payload, headers), mode, SendOptions.NONE);
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(String destination, Object payload, Map<String, Object> headers) {
        return dispatch.sendAsync(message(destination, payload, headers), mode, SendOptions.NONE);
    }

    @Override
    public void sendOneWay(String destination, Object payload, Map<String, Object> headers) {
        dispatch.sendOneWay(message(destination, payload, headers), mode, SendOptions.NONE);
    }

    @Override
    public List<SendReceipt> sendBatch(String destination, Collection<?> payloads) {
        return dispatch.sendBatch(messages(destination, payloads), mode);
    }

    @Override
    public CompletableFuture<List<SendReceipt>> sendBatchAsync(String destination, Collection<?> payloads) {
        return dispatch.sendBatchAsync(messages(destination, payloads), mode);
    }

    @Override
    public <T> T sendAndReceive(String destination, Object payload, Class<T> replyType, Duration timeout) {
        return newMessage(payload).topic(destination).sendAndReceive(replyType, timeout);
    }

    @Override
    public <T> CompletableFuture<T> sendAndReceiveAsync(
            String destination, Object payload, Class<T> replyType, Duration timeout) {
        return newMessage(payload).topic(destination).sendAndReceiveAsync(replyType, timeout);
    }

    @Override
    public SendReceipt reply(ReceivedMessage request, Object payload) {
        return producer.reply(request, mapper.body(payload));
    }

    @Override
    public TransactionReceipt sendInBrokerTransaction(String destination, Object payload, @Nullable Object argument) {
        return newMessage(payload).topic(destination).sendInBrokerTransaction(argument);
    }

    @Override
    public List<SendQueue> queues(String topic) {
        return producer.queues(topic);
    }

    @Override
    public String recall(String topic, String recallHandle) {
        return producer.recall(topic, recallHandle);
    }

    private List<Message> messages(String destination, Collection<?> payloads) {
        List<Message> messages = new ArrayList<>(payloads.size());
        for (Object payload : payloads) {
            messages.add(message(destination, payload, Map.of()));
        }
        return messages;
    }

    private Message message(String destination, Object payload, Map<String, Object> headers) {
        Message message = mapper.toWire(destination, payload, headers);
        for (MessageCustomizer customizer : customizers) {
            message = customizer.customize(message);
        }
        return message;
    }

    /** What the steps of {@link #newMessage} end in. */
    private final class Sending implements OutgoingMessage.Transmission {

        @Override
        public SendReceipt send(OutgoingMessage message) {
            return dispatch.send(wire(message), modeOf(message), message.options());
        }

        @Override
        public CompletableFuture<SendReceipt> sendAsync(OutgoingMessage message) {
            return dispatch.sendAsync(wire(message), modeOf(message), message.options());
        }

        @Override
        public void sendOneWay(OutgoingMessage message) {
            dispatch.sendOneWay(wire(message), modeOf(message), message.options());
        }

        @Override
        public <T> T request(OutgoingMessage message, Class<T> replyType, Duration timeout) {
            requirePlain(message, "a request");
            return mapper.payload(producer.request(wire(message), timeout), replyType);
        }

        @Override
        public <T> CompletableFuture<T> requestAsync(OutgoingMessage message, Class<T> replyType, Duration timeout) {
            requirePlain(message, "a request");
            return producer.requestAsync(wire(message), timeout).thenApply(reply -> mapper.payload(reply, replyType));
        }

        @Override
        public TransactionReceipt sendInBrokerTransaction(OutgoingMessage message, @Nullable Object argument) {
            requirePlain(message, "a message in a transaction of the broker");
            if (transactionProducer == null) {
                throw new IllegalStateException(
                        "There is nobody to run the local transaction for the message to '" + message.destination()
                                + "': define a bean of type io.reliablemq.client.api.TransactionListener");
            }
            return transactionProducer.send(wire(message), argument);
        }

        private Message wire(OutgoingMessage message) {
            return message(message.destination(), message.payload(), message.headers());
        }

        private TransactionMode modeOf(OutgoingMessage message) {
            TransactionMode own = message.options().mode();
            return own == null ? mode : own;
        }

        private static void requirePlain(OutgoingMessage message, String what) {
            message.options().requireNoTimeout("it is not for " + what);
            message.options().requireNoQueue(what);
            TransactionMode own = message.options().mode();
            if (own != null && own != TransactionMode.IMMEDIATELY) {
                throw new IllegalArgumentException("The message is " + what
                        + ", which always goes at once, and is to go by " + own + "; leave inTransaction(...) out");
            }
        }
    }

    /** Collects the parts of a template. Not thread-safe. */
    public static final class Builder {

        private final Producer producer;
        private final MessageMapper mapper;
        private final List<MessageCustomizer> customizers = new ArrayList<>();
        private TransactionMode mode = TransactionMode.IMMEDIATELY;
        private AfterCommitFailureHandler failureHandler = AfterCommitSends.LOGGING;
        private int maxMessageBytes = Integer.MAX_VALUE;
        private @Nullable Outbox outbox;
        private @Nullable TransactionProducer transactionProducer;

        private Builder(Producer producer, MessageMapper mapper) {
            this.producer = producer;
            this.mapper = mapper;
        }

        /** What is done inside a Spring transaction (default {@link TransactionMode#IMMEDIATELY}). */
        public Builder inTransaction(TransactionMode which) {
            this.mode = which;
            return this;
        }

        /** Told of sends that failed after a commit (by default they are logged at ERROR). */
        public Builder afterCommitFailureHandler(AfterCommitFailureHandler handler) {
            this.failureHandler = handler;
            return this;
        }

        /** Changes each message, behind those that were added before. */
        public Builder messageCustomizer(MessageCustomizer customizer) {
            customizers.add(customizer);
            return this;
        }

        /** What {@link TransactionMode#OUTBOX} needs. */
        public Builder outbox(Outbox where) {
            this.outbox = where;
            return this;
        }

        /** What {@link ReliableMqOperations#sendInBrokerTransaction} needs; not closed with the template. */
        public Builder transactionProducer(TransactionProducer transactions) {
            this.transactionProducer = transactions;
            return this;
        }

        /** The producer's bound, so that a message that waits for a commit is refused before it. */
        public Builder maxMessageBytes(int bytes) {
            this.maxMessageBytes = bytes;
            return this;
        }

        /** @throws IllegalStateException if everything is to go through an outbox that is not there */
        public ReliableMqTemplate build() {
            if (mode == TransactionMode.OUTBOX && outbox == null) {
                throw new IllegalStateException(
                        "Messages are to go through the outbox (reliable-mq.template.in-transaction),"
                                + " and there is none: set reliable-mq.outbox.enabled to true (it needs a DataSource and"
                                + " spring-boot-starter-jdbc)");
            }
            return new ReliableMqTemplate(this);
        }
    }
}
