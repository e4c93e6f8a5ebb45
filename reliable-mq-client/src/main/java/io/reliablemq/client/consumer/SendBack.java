package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.message.FailureProperties;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Gives a message back to the broker that holds it, for another delivery or for the dead letters. Thread-safe. */
final class SendBack {

    /** Longer than the 5 s that a broker may take to flush its copy. */
    static final Duration TIMEOUT = Duration.ofSeconds(8);

    private static final int DEAD_LETTER = -1;

    private final String group;
    private final RetrySettings retries;
    private final ConsumerContext context;

    SendBack(PushConsumerSettings settings, ConsumerContext context) {
        this.group = settings.group();
        this.retries = settings.retries();
        this.context = context;
    }

    /**
     * Completes when the broker has stored its copy, with what that copy lacks to be as safe as it should be; with nothing if it
     * lacks nothing. Completes exceptionally if it is not known whether there is a copy.
     */
    CompletableFuture<Optional<String>> send(Delivery delivery, Verdict verdict) {
        Queue queue = delivery.queue().queue();
        StoredMessage message = delivery.message();
        boolean toDeadLetters = verdict.isDeadLetter();
        BrokerAddresses broker = context.broker(queue);
        String master = broker == null ? null : broker.master();
        if (master == null) {
            return CompletableFuture.failedFuture(
                    new BrokerRefusedException("No route names the master of broker '" + queue.brokerName() + "'"));
        }
        if (!context.reachability().isReachable(master)) {
            return CompletableFuture.failedFuture(new BrokerRefusedException(
                    "The master of broker '" + queue.brokerName() + "' at " + master + " cannot be reached now"));
        }
        SendMessageBackRequest header = new SendMessageBackRequest(
                message.position(),
                group,
                toDeadLetters ? DEAD_LETTER : retries.delayLevel(message.reconsumeTimes()),
                message.messageId(),
                MessageReader.originalTopic(message),
                retries.maxReconsumeTimes(),
                toDeadLetters ? null : retries.ownDelay(message.reconsumeTimes()),
                failure(delivery, verdict));
        return context.remote()
                .invoke(master, Command.request(RequestCode.CONSUMER_SEND_MESSAGE_BACK, header.fields()), TIMEOUT)
                .thenApply(answer -> lacking(answer, "The broker at " + master + " does not take the message back"));
    }

    /** What a copy lacks that is stored; with which of these codes brokers say so. @param refusal the text where there is none */
    static Optional<String> lacking(Command answer, String refusal) {
        return switch (answer.code()) {
            case ResponseCode.SUCCESS -> Optional.empty();
            case ResponseCode.FLUSH_DISK_TIMEOUT, ResponseCode.FLUSH_SLAVE_TIMEOUT, ResponseCode.SLAVE_NOT_AVAILABLE ->
                Optional.of("code " + answer.code() + " " + answer.remarkText());
            default ->
                throw new BrokerRefusedException(
                        refusal + ": it answered " + answer.code() + " " + answer.remarkText(), answer.code());
        };
    }

    private static String message(Throwable cause) {
        try {
            return String.valueOf(cause.getMessage());
        } catch (RuntimeException | Error e) {
            return Causes.text(cause);
        }
    }

    /** Why the message is a dead letter; of one that is tried again only since when it fails. */
    private String failure(Delivery delivery, Verdict verdict) {
        StoredMessage message = delivery.message();
        String now = Long.toString(context.clock().wallMs());
        @Nullable String known = message.property(FailureProperties.FIRST_FAILED_AT);
        String first = delivery.firstFailedAtMs() > 0 ? Long.toString(delivery.firstFailedAtMs()) : now;
        Map<String, String> failure = new LinkedHashMap<>();
        failure.put(
                FailureProperties.FIRST_FAILED_AT,
                known != null && Names.isRetryTopic(message.topic()) ? known : first);
        if (verdict.isDeadLetter() || delivery.failedBefore() >= retries.maxReconsumeTimes()) {
            failure.put(FailureProperties.LAST_FAILED_AT, now);
            failure.put(FailureProperties.ATTEMPTS, Integer.toString(delivery.failedBefore() + 1));
            failure.put(
                    FailureProperties.HOST,
                    FailureProperties.text(context.heartbeats().clientId()));
            Throwable cause = verdict.cause();
            if (cause != null) {
                failure.put(FailureProperties.EXCEPTION, cause.getClass().getName());
                failure.put(FailureProperties.EXCEPTION_MESSAGE, FailureProperties.text(message(cause)));
            }
        }
        return MessageProperties.encode(failure);
    }
}
