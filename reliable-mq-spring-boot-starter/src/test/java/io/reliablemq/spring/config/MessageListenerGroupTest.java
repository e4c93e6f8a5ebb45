package io.reliablemq.spring.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.listener.TagSelector;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessageListenerGroupTest {

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
        assertThat(g.subscriptions()).isEqualTo(Map.of("orders", "created || paid || shipped", "stock", "*"));
        assertThat(g.concurrency()).isEqualTo(4);
        assertThat(g.maxReconsumeTimes()).isEqualTo(3);
        g.dispatcher().handle(Received.tagged("orders", "paid", "x"));
        assertThat(handled).containsExactly("c");
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
        return new MessageListenerEndpoint(
                id, id, topic, TagSelector.parse(tags), group, concurrency, maxReconsumeTimes, true, message -> {
                    handled.add(id);
                    return ConsumeResult.CONSUME_SUCCESS;
                });
    }
}
