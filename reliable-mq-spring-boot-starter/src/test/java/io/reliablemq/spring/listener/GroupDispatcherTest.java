package io.reliablemq.spring.listener;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.fixture.Outcomes;
import io.reliablemq.spring.fixture.Received;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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
        Outcomes.deliver(dispatcher, Received.tagged("orders", "shipped", "x"));
        Outcomes.deliver(dispatcher, Received.tagged("stock", "created", "x"));
        Outcomes.deliver(dispatcher, Received.tagged("orders", "created", "x"));
        Outcomes.deliver(dispatcher, Received.text("stock", "x", Map.of()));

        assertThat(handled).containsExactly("paid", "stock", "created", "stock");
    }

    @Test
    void handsRetriedDeadLetterBackToItsListenerUnderTheTopicItHadFirst() throws Exception {
        Outcomes.deliver(new GroupDispatcher("d", List.of(deadLetters())), Received.text("orders", "x", Map.of()));

        assertThat(handled).containsExactly("dead");
    }

    @Test
    void takesNoRetryOfAListenerThatIsNoMoreForADeadLetter() throws Exception {
        GroupDispatcher besideAnother = new GroupDispatcher(
                "d", List.of(deadLetters(), new GroupDispatcher.Route("stock", TagSelector.ALL, handler("stock"))));
        GroupDispatcher alone = new GroupDispatcher("d", List.of(deadLetters()));

        assertThat(Outcomes.deliver(besideAnother, Received.tagged("orders", "paid", "x")))
                .isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(Outcomes.deliver(alone, Received.text("orders", "x", Map.of("DLQ_FIRST_FAILED_AT", "1000"))))
                .as("by our broker, which names the topic of dead letters")
                .isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(handled).isEmpty();
    }

    private GroupDispatcher.Route deadLetters() {
        return new GroupDispatcher.Route("%DLQ%g", TagSelector.ALL, handler("dead"));
    }

    @Test
    void keepsForARetryWhatNoListenerTakes() throws Exception {
        assertThat(Outcomes.deliver(dispatcher, Received.tagged("orders", "other", "x")))
                .isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(Outcomes.deliver(dispatcher, Received.text("orders", "x", Map.of())))
                .isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(handled).isEmpty();
    }

    @Test
    void cutsABatchWhereTheListenerChanges() throws Exception {
        List<List<String>> calls = new ArrayList<>();
        DeliveryHandler listener = delivery -> {
            calls.add(
                    delivery.messages().stream().map(ReceivedMessage::messageId).toList());
            return CompletableFuture.completedFuture(BatchOutcome.success());
        };
        DeliveryHandler broken = delivery -> {
            throw new IllegalStateException("of the second listener only");
        };
        GroupDispatcher two = new GroupDispatcher(
                "g",
                List.of(
                        new GroupDispatcher.Route("orders", TagSelector.parse("a"), listener),
                        new GroupDispatcher.Route("orders", TagSelector.parse("b"), broken)));
        ReceivedMessage[] batch = {tagged(0, "a"), tagged(1, "a"), tagged(2, "b"), tagged(3, "a"), tagged(4, "c")};

        BatchOutcome outcome = Outcomes.deliverAll(two, batch);

        assertThat(calls).containsExactly(List.of("id-0", "id-1"), List.of("id-3"));
        assertThat(outcome.failure(batch[0])).isNull();
        assertThat(outcome.failure(batch[3])).isNull();
        assertThat(outcome.failure(batch[2]).cause()).hasMessage("of the second listener only");
        assertThat(outcome.failure(batch[4])).isEqualTo(new BatchOutcome.Failure(false, null));
    }

    private static ReceivedMessage tagged(int number, String tag) {
        return Received.numbered(number, "orders", "x", Map.of("TAGS", tag));
    }

    private DeliveryHandler handler(String name) {
        return delivery -> {
            BatchOutcome.Builder outcome = BatchOutcome.builder();
            for (ReceivedMessage message : delivery.messages()) {
                handled.add(name);
                if (message.body().length == 0) {
                    outcome.retry(message);
                }
            }
            return CompletableFuture.completedFuture(outcome.build());
        };
    }
}
