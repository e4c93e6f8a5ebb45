package io.reliablemq.spring.guarantee;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.OpenConsumer;
import io.reliablemq.client.api.OpenProducer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.spring.guarantee.ProducerFacts.Compensation;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/** Facts from the client's open producers and consumers, and from the application's listeners. Thread-safe. */
public final class ClientFacts implements ApplicationFacts {

    private final MqClient client;
    private final ListeningFacts listening;
    private final Sending sending;

    /**
     * What the client does not know about sending.
     *
     * @param oneWaySends how many one-way sends were made
     * @param journal whether a journal is open to take what fails
     * @param outbox whether messages can be sent through an outbox
     * @param afterCommit whether messages are sent after the commit of the caller's transaction
     */
    public record Sending(
            LongSupplier oneWaySends, BooleanSupplier journal, BooleanSupplier outbox, BooleanSupplier afterCommit) {}

    public ClientFacts(MqClient client, ListeningFacts listening, Sending sending) {
        this.client = client;
        this.listening = listening;
        this.sending = sending;
    }

    @Override
    public List<ProducerFacts> producers() {
        Map<String, ProducerFacts> byGroup = new TreeMap<>();
        for (OpenProducer producer : client.openProducers()) {
            if (producer.kind() == OpenProducer.Kind.MESSAGES) {
                byGroup.merge(producer.settings().group(), facts(producer), ClientFacts::weaker);
            }
        }
        return List.copyOf(byGroup.values());
    }

    private ProducerFacts facts(OpenProducer producer) {
        ProducerSettings settings = producer.settings();
        return new ProducerFacts(
                settings.group(),
                settings.retryTimesWhenSendFailed(),
                settings.retryTimesWhenSendAsyncFailed(),
                settings.retryAnotherBrokerWhenNotStoreOK(),
                settings.sendTimeout(),
                compensation(producer),
                sending.oneWaySends().getAsLong(),
                sending.afterCommit().getAsBoolean());
    }

    private Compensation compensation(OpenProducer producer) {
        if (producer.handler() != null) {
            return sending.journal().getAsBoolean() ? Compensation.JOURNAL : Compensation.HANDLER;
        }
        return sending.outbox().getAsBoolean() ? Compensation.OUTBOX : Compensation.CALLER;
    }

    /** Of two producers of one group, what holds for both. */
    private static ProducerFacts weaker(ProducerFacts one, ProducerFacts other) {
        return new ProducerFacts(
                one.group(),
                Math.min(one.retries(), other.retries()),
                Math.min(one.asyncRetries(), other.asyncRetries()),
                one.retriesUnsafe() && other.retriesUnsafe(),
                one.sendTimeout().compareTo(other.sendTimeout()) < 0 ? one.sendTimeout() : other.sendTimeout(),
                one.compensation().compareTo(other.compensation()) < 0 ? one.compensation() : other.compensation(),
                Math.max(one.oneWaySends(), other.oneWaySends()),
                one.afterCommit() || other.afterCommit());
    }

    @Override
    public List<GroupFacts> groups() {
        Map<String, PushConsumerSettings> byGroup = new TreeMap<>();
        client.openConsumers().stream()
                .map(OpenConsumer::settings)
                .forEach(settings -> byGroup.put(settings.group(), settings));
        listening.groups().forEach(settings -> byGroup.put(settings.group(), settings));
        Set<String> heard = new HashSet<>();
        byGroup.values().forEach(settings -> heard.addAll(topics(settings)));
        return byGroup.values().stream().map(settings -> facts(settings, heard)).toList();
    }

    private GroupFacts facts(PushConsumerSettings settings, Set<String> heard) {
        Set<String> topics = topics(settings);
        boolean ofDeadLetters = topics.stream().allMatch(Names::isDeadLetterTopic);
        return new GroupFacts(
                settings.group(),
                topics,
                settings.messageModel() == MessageModel.BROADCASTING,
                settings.isOrderly(),
                settings.consumeFrom(),
                settings.maxReconsumeTimes(),
                listening.idempotent(settings.group()),
                ofDeadLetters || heard.contains(Names.deadLetterTopic(settings.group())));
    }

    private static Set<String> topics(PushConsumerSettings settings) {
        Set<String> topics = new HashSet<>(settings.subscriptions().keySet());
        topics.addAll(settings.sqlSubscriptions().keySet());
        return topics;
    }
}
