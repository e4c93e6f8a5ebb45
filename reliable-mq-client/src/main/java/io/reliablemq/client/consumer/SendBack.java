package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** Gives a message back to the broker that holds it, for another delivery or for the dead letters. Thread-safe. */
final class SendBack {

    /** Longer than the 5 s that a broker may take to flush its copy. */
    private static final Duration TIMEOUT = Duration.ofSeconds(8);

    private static final int DEAD_LETTER = -1;
    private static final int BY_ATTEMPTS = 0;

    private final String group;
    private final int maxReconsumeTimes;
    private final ConsumerContext context;

    SendBack(PushConsumerSettings settings, ConsumerContext context) {
        this.group = settings.group();
        this.maxReconsumeTimes = settings.maxReconsumeTimes();
        this.context = context;
    }

    /** Completes when the broker has stored its copy; exceptionally if that is not known. */
    CompletableFuture<Void> send(Queue queue, StoredMessage message, boolean toDeadLetters) {
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
                toDeadLetters ? DEAD_LETTER : BY_ATTEMPTS,
                message.messageId(),
                MessageReader.originalTopic(message),
                maxReconsumeTimes);
        return context.remote()
                .invoke(master, Command.request(RequestCode.CONSUMER_SEND_MESSAGE_BACK, header.fields()), TIMEOUT)
                .thenCompose(answer -> answer.isSuccess()
                        ? CompletableFuture.completedFuture(null)
                        : CompletableFuture.failedFuture(new BrokerRefusedException("The broker at " + master
                                + " does not take the message back: it answered " + answer.code() + " "
                                + answer.remarkText())));
    }
}
