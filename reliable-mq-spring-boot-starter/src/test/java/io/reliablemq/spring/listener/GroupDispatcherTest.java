package io.reliablemq.spring.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.spring.fixture.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class GroupDispatcherTest {

    private final List<String> handled = new ArrayList<>();
    private final GroupDispatcher dispatcher = new GroupDispatcher(
            "g",
            List.of(
                    new GroupDispatcher.Route("orders", TagSelector.parse("created"), handler("created")),
                    new GroupDispatcher.Route("orders", TagSelector.parse("paid||shipped"), handler("paid")),
                    new GroupDispatcher.Route("stock", TagSelector.ALL, handler("stock"))));

    @Test
    void handsOutByTopicAndTag() throws Exception {
        dispatcher.handle(Received.tagged("orders", "shipped", "x"));
        dispatcher.handle(Received.tagged("stock", "created", "x"));
        dispatcher.handle(Received.tagged("orders", "created", "x"));
        dispatcher.handle(Received.text("stock", "x", Map.of()));

        assertThat(handled).containsExactly("paid", "stock", "created", "stock");
    }

    @Test
    void handsRetriedDeadLetterBackToItsListenerUnderTheTopicItHadFirst() throws Exception {
        GroupDispatcher ofDeadLetters = new GroupDispatcher(
                "d",
                List.of(
                        new GroupDispatcher.Route("%DLQ%g", TagSelector.ALL, handler("dead")),
                        new GroupDispatcher.Route("stock", TagSelector.ALL, handler("stock"))));

        ofDeadLetters.handle(Received.text("orders", "x", Map.of()));
        ofDeadLetters.handle(Received.text("stock", "x", Map.of()));

        assertThat(handled).containsExactly("dead", "stock");
    }

    @Test
    void keepsForARetryWhatNoListenerTakes() throws Exception {
        assertThat(dispatcher.handle(Received.tagged("orders", "other", "x"))).isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(dispatcher.handle(Received.text("orders", "x", Map.of()))).isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(handled).isEmpty();
    }

    private MessageHandler handler(String name) {
        return message -> {
            handled.add(name);
            return ConsumeResult.CONSUME_SUCCESS;
        };
    }
}
