package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Sends copies of failed messages to the group's retry topic, where the broker that has a message does not take it back: it has
 * deleted it meanwhile, or has no room for what it would add. Official clients do the same, and every broker makes a dead letter of
 * a copy that had more attempts than it may. Thread-safe.
 */
final class RetryCopies {

    /** The name under which official clients send such copies. */
    private static final String PRODUCER_GROUP = "CLIENT_INNER_PRODUCER";

    /** A broker that is left to choose the delay of a first retry takes this level. */
    private static final int FIRST_DELAY_LEVEL = 3;

    /** What belongs to the delivery that failed, and would send the copy somewhere else. */
    private static final Set<String> OF_THE_DELIVERY = Set.of(
            PropertyNames.REAL_TOPIC,
            PropertyNames.REAL_QUEUE_ID,
            PropertyNames.DELAY_LEVEL,
            PropertyNames.RECONSUME_TIME,
            PropertyNames.MAX_RECONSUME_TIMES,
            PropertyNames.TRANSACTION_PREPARED,
            PropertyNames.TIMER_DELAY_SECONDS,
            PropertyNames.TIMER_DELAY_MILLIS,
            PropertyNames.TIMER_DELIVER_MILLIS,
            PropertyNames.TIMER_OUT_MILLIS,
            PropertyNames.TIMER_ENQUEUE_MILLIS,
            PropertyNames.TIMER_DEQUEUE_MILLIS);

    private final String group;
    private final RetrySettings retries;
    private final ConsumerContext context;

    RetryCopies(PushConsumerSettings settings, ConsumerContext context) {
        this.group = settings.group();
        this.retries = settings.retries();
        this.context = context;
    }

    /**
     * One copy, however often it is sent. It is a send of its own, with a time of birth of its own: the copy of a later attempt has the
     * same unique id, and a broker that took it for this one would drop it.
     *
     * @param bornTimestamp when it was made, in ms
     * @param brokerName where it is sent to; empty while that is not known
     * @param maybeStored whether a broker may hold it already
     */
    record Copy(long bornTimestamp, String brokerName, boolean maybeStored) {

        Copy sentBefore() {
            return new Copy(bornTimestamp, brokerName, true);
        }

        /** Its broker does not take it, so that another one may have to. */
        Copy refused() {
            return new Copy(bornTimestamp, "", maybeStored);
        }
    }

    /**
     * What is to be sent next. One that may be stored goes to the broker that may hold it, as long as that can be reached; no other
     * would know it.
     *
     * @param before what was sent before and may be stored; null for nothing
     */
    Copy next(Delivery delivery, @Nullable Copy before) {
        List<BrokerAddresses> brokers = brokers(delivery.queue().queue());
        if (before != null && (brokers.isEmpty() || find(brokers, before) != null)) {
            return before;
        }
        // Another one each time: the first may be the one that refuses.
        String broker = brokers.isEmpty()
                ? ""
                : brokers.get(delivery.returns().refused() % brokers.size()).brokerName();
        return before == null
                ? new Copy(context.clock().wallMs(), broker, false)
                : new Copy(before.bornTimestamp(), broker, before.maybeStored());
    }

    private static @Nullable BrokerAddresses find(List<BrokerAddresses> brokers, Copy copy) {
        return brokers.stream()
                .filter(broker -> broker.brokerName().equals(copy.brokerName()))
                .findFirst()
                .orElse(null);
    }

    /**
     * As {@link SendBack#send}. A broker of ours that holds the copy does not store it again, and tells how safe it is by now; of one
     * that does not look for it, each call makes another.
     */
    CompletableFuture<Optional<String>> send(Delivery delivery, Verdict verdict, Copy copy) {
        BrokerAddresses broker = find(brokers(delivery.queue().queue()), copy);
        if (broker == null) {
            return CompletableFuture.failedFuture(
                    new BrokerRefusedException("No broker can be reached that could keep a copy of the message"));
        }
        String master = String.valueOf(broker.master());
        Command request = Command.request(
                RequestCode.SEND_MESSAGE_V2,
                header(delivery, verdict.isDeadLetter(), broker.brokerName(), copy)
                        .fieldsV2(),
                Body.of(delivery.message().body()));
        return context.remote()
                .invoke(master, request, SendBack.TIMEOUT)
                .thenApply(answer ->
                        SendBack.lacking(answer, "The broker at " + master + " does not take a copy of the message"));
    }

    /** Those that can be sent to now, the one that has the message first. */
    private List<BrokerAddresses> brokers(Queue queue) {
        List<BrokerAddresses> brokers = new ArrayList<>();
        BrokerAddresses own = context.broker(queue);
        if (own != null) {
            brokers.add(own);
        }
        TopicRoute route = context.routes().route(Names.retryTopic(group));
        if (route != null) {
            route.brokers().stream()
                    .filter(broker -> !broker.brokerName().equals(queue.brokerName()))
                    .forEach(brokers::add);
        }
        brokers.removeIf(broker -> {
            String master = broker.master();
            return master == null || !context.reachability().isReachable(master);
        });
        return brokers;
    }

    private SendMessageRequest header(Delivery delivery, boolean dead, String brokerName, Copy copy) {
        StoredMessage message = delivery.message();
        int attempts = 1 + (Names.isRetryTopic(message.topic()) ? message.reconsumeTimes() : 0);
        return new SendMessageRequest(
                PRODUCER_GROUP,
                Names.retryTopic(group),
                Names.AUTO_CREATE_TOPIC,
                1,
                -1,
                message.systemFlag() & (SystemFlag.COMPRESSED | SystemFlag.COMPRESSION_TYPE_BITS),
                copy.bornTimestamp(),
                message.flag(),
                MessageProperties.encode(properties(message, dead ? 0 : delayLevel(message, attempts))),
                dead ? Math.max(attempts, retries.maxReconsumeTimes() + 1) : attempts,
                retries.maxReconsumeTimes(),
                false,
                brokerName,
                copy.maybeStored());
    }

    private int delayLevel(StoredMessage message, int attempts) {
        int level = retries.delayLevel(message.reconsumeTimes());
        return level > 0 ? level : FIRST_DELAY_LEVEL + attempts - 1;
    }

    private Map<String, String> properties(StoredMessage message, int delayLevel) {
        Map<String, String> properties = new LinkedHashMap<>(message.properties());
        properties.keySet().removeAll(OF_THE_DELIVERY);
        properties.put(PropertyNames.RETRY_TOPIC, MessageReader.originalTopic(message));
        if (!Names.isRetryTopic(message.topic())) {
            properties.put(PropertyNames.ORIGIN_MESSAGE_ID, message.offsetMessageId());
        }
        properties.put(PropertyNames.WAIT_STORE, "true");
        if (delayLevel > 0) {
            properties.put(PropertyNames.DELAY_LEVEL, Integer.toString(delayLevel));
        }
        return properties;
    }
}
