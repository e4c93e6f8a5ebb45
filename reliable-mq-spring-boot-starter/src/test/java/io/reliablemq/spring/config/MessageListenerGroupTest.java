package io.reliablemq.spring.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.spring.fixture.FakeConsumers;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.listener.MessageListenerContainer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

class MessageListenerGroupTest {

    private final FakeConsumers consumers = new FakeConsumers();

    @Test
    void mergesTheListenersOfAGroup() throws Exception {
        List<String> handled = new java.util.ArrayList<>();
        List<MessageListenerGroup> groups = MessageListenerGroup.merge(List.of(
                endpoint("a", "orders", "created", "g", null, null, handled),
                endpoint("b", "other", "*", "h", null, null, handled),
                endpoint("c", "orders", "paid||shipped", "g", 4, null, handled),
                endpoint("d", "stock", "*", "g", 4, 3, handled)));

        assertThat(groups).extracting(MessageListenerGroup::name).containsExactly("g", "h");
        MessageListenerGroup g = groups.get(0);
        MessageListenerContainer container =
                new DefaultMessageListenerContainerFactory(consumers, ContainerDefaults.ofClient()).createContainer(g);
        container.start();
        FakeConsumers.FakeConsumer consumer = consumers.ofGroup("g");
        assertThat(consumer.settings.subscriptions())
                .isEqualTo(Map.of("orders", "created || paid || shipped", "stock", "*"));
        assertThat(consumer.settings.threads()).isEqualTo(4);
        assertThat(consumer.settings.maxReconsumeTimes()).isEqualTo(3);
        consumer.deliver(Received.tagged("orders", "paid", "x"));
        assertThat(handled).containsExactly("c");
    }

    @Test
    void refusesWhatTwoListenersCannotShare() {
        assertRefused(
                "mode",
                endpoint("a", it -> it.settings(settings -> settings.mode(ConsumeMode.ORDERLY))),
                endpoint("b", it -> it.settings(settings -> settings.mode(ConsumeMode.CONCURRENTLY))));
        assertRefused(
                "model",
                endpoint("a", it -> it.settings(settings -> settings.model(MessageModel.BROADCASTING))),
                endpoint("b", it -> it.settings(settings -> settings.model(MessageModel.CLUSTERING))));
        assertRefused(
                "batches",
                endpoint("a", it -> it.batchHandler(messages -> BatchOutcome.success())),
                endpoint("b", it -> it));
        assertRefused(
                "retryDelays",
                endpoint("a", it -> it.settings(settings -> settings.retryDelays(List.of(Duration.ofSeconds(1))))),
                endpoint("b", it -> it.settings(settings -> settings.retryDelays(List.of(Duration.ofSeconds(2))))));
        assertRefused(
                "consumeFrom",
                endpoint("a", it -> it.settings(settings -> settings.consumeFrom(ConsumeFrom.LAST_OFFSET))),
                endpoint("b", it -> it.settings(settings -> settings.consumeFrom(Instant.EPOCH))));
        assertRefused("expression", endpoint("a", it -> it.sql("x = 1")), endpoint("b", it -> it));
        assertRefused("expression", endpoint("a", it -> it.sql("x = 1")), endpoint("b", it -> it.sql("x = 2")));
    }

    @Test
    void refusesTheDeadLettersOfItsOwnGroup() {
        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> MessageListenerGroup.merge(
                        List.of(endpoint("a", it -> it.topic("%DLQ%g").tags("*")))))
                .withMessageContaining("own group 'g'");
    }

    @Test
    void oneListenerSpeaksForThoseThatSayNothing() {
        MessageListenerGroup group = MessageListenerGroup.merge(List.of(
                        endpoint(
                                "a",
                                it -> it.settings(settings -> settings.mode(ConsumeMode.ORDERLY)
                                        .model(MessageModel.BROADCASTING)
                                        .consumeTimeout(Duration.ofMinutes(3))
                                        .maxMessagesPerSecond(7.5)
                                        .consumeFrom(Instant.EPOCH)
                                        .retryDelays(List.of(Duration.ofSeconds(1))))),
                        endpoint("b", it -> it),
                        endpoint("c", it -> it.topic("stock").sql("x = 1"))))
                .get(0);

        PushConsumerSettings settings = new DefaultMessageListenerContainerFactory(
                        consumers, ContainerDefaults.ofClient().withOffsetFolder(Path.of("offsets")::resolve))
                .createContainer(group)
                .settings();

        assertThat(settings.isOrderly()).isTrue();
        assertThat(settings.isBroadcasting()).isTrue();
        assertThat(settings.offsetFolder()).isEqualTo(Path.of("offsets", "g"));
        assertThat(settings.consumeTimeout()).isEqualTo(Duration.ofMinutes(3));
        assertThat(settings.maxMessagesPerSecond()).isEqualTo(7.5);
        assertThat(settings.consumeFrom()).isEqualTo(ConsumeFrom.TIMESTAMP);
        assertThat(settings.consumeTimestamp()).isEqualTo(Instant.EPOCH);
        assertThat(settings.retries().delays()).containsExactly(Duration.ofSeconds(1));
        assertThat(settings.subscriptions()).isEqualTo(Map.of("orders", "a || b"));
        assertThat(settings.sqlSubscriptions()).isEqualTo(Map.of("stock", "x = 1"));
        assertThat(settings.consumeBatchSize()).isEqualTo(1);
    }

    @Test
    void refusesToCutBatchesThatAreHandledInOrder() {
        MessageListenerGroup group = MessageListenerGroup.merge(List.of(
                        endpoint(
                                "a",
                                it -> it.batchHandler(messages -> BatchOutcome.success())
                                        .settings(settings -> settings.mode(ConsumeMode.ORDERLY))),
                        endpoint("b", it -> it.batchHandler(messages -> BatchOutcome.success()))))
                .get(0);

        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> new DefaultMessageListenerContainerFactory(consumers, ContainerDefaults.ofClient())
                        .createContainer(group))
                .withMessageContaining("a, b")
                .withMessageContaining("in order");
    }

    private static void assertRefused(String what, MessageListenerEndpoint first, MessageListenerEndpoint second) {
        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> MessageListenerGroup.merge(List.of(first, second)))
                .withMessageContaining("'g'")
                .withMessageContaining(what)
                .withMessageMatching("(?s).*\\ba\\b.*")
                .withMessageMatching("(?s).*\\bb\\b.*");
    }

    @Test
    void refusesTwoListenersForTheSameMessage() {
        for (List<String> tags : List.of(List.of("*", "*"), List.of("*", "paid"), List.of("a||b", "b||c"))) {
            assertThatExceptionOfType(ListenerConfigurationException.class)
                    .isThrownBy(() -> MessageListenerGroup.merge(List.of(
                            endpoint("first", "orders", tags.get(0), "g"),
                            endpoint("second", "orders", tags.get(1), "g"))))
                    .withMessageContaining("'g'")
                    .withMessageContaining("'orders'")
                    .withMessageContaining("first")
                    .withMessageContaining("second");
        }
    }

    @Test
    void acceptsTheSameMessageInTwoGroups() {
        assertThat(MessageListenerGroup.merge(
                        List.of(endpoint("a", "orders", "*", "g"), endpoint("b", "orders", "*", "h"))))
                .hasSize(2);
    }

    @Test
    void refusesDifferentConcurrencyInAGroup() {
        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> MessageListenerGroup.merge(List.of(
                        endpoint("a", "orders", "*", "g", 2, null, List.of()),
                        endpoint("b", "stock", "*", "g", 4, null, List.of()))))
                .withMessageContaining("concurrency")
                .withMessageContaining("a has 2")
                .withMessageContaining("b has 4");
    }

    @Test
    void refusesDifferentRetriesInAGroup() {
        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> MessageListenerGroup.merge(List.of(
                        endpoint("a", "orders", "*", "g", null, 2, List.of()),
                        endpoint("b", "stock", "*", "g", null, 4, List.of()))))
                .withMessageContaining("maxReconsumeTimes");
    }

    private static MessageListenerEndpoint endpoint(String id, String topic, String tags, String group) {
        return endpoint(id, topic, tags, group, null, null, List.of());
    }

    private static MessageListenerEndpoint endpoint(
            String id,
            String topic,
            String tags,
            String group,
            Integer concurrency,
            Integer maxReconsumeTimes,
            List<String> handled) {
        return MessageListenerEndpoint.builder(id)
                .description(id)
                .topic(topic)
                .tags(tags)
                .group(group)
                .settings(settings -> settings.concurrency(concurrency).maxReconsumeTimes(maxReconsumeTimes))
                .handler(message -> {
                    handled.add(id);
                    return ConsumeResult.CONSUME_SUCCESS;
                })
                .build();
    }

    private static MessageListenerEndpoint endpoint(String id, UnaryOperator<MessageListenerEndpoint.Builder> change) {
        return change.apply(MessageListenerEndpoint.builder(id)
                        .description(id)
                        .topic("orders")
                        .tags(id)
                        .group("g")
                        .handler(message -> ConsumeResult.CONSUME_SUCCESS))
                .build();
    }
}
