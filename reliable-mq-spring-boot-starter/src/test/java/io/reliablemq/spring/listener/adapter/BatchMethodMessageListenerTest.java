package io.reliablemq.spring.listener.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.fixture.Outcomes;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.idempotent.InMemoryIdempotencyStore;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import io.reliablemq.spring.support.ReliableMqHeaders;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.messaging.Message;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import tools.jackson.databind.json.JsonMapper;

class BatchMethodMessageListenerTest {

    private final LocalValidatorFactoryBean validator = new LocalValidatorFactoryBean();
    private final Listeners bean = new Listeners();
    private final ReceivedMessage first = order(1, 5);
    private final ReceivedMessage second = order(2, 6);

    record Order(String id, @Min(1) int amount) {}

    @BeforeEach
    void startValidator() {
        validator.afterPropertiesSet();
    }

    @AfterEach
    void closeValidator() {
        validator.close();
    }

    @Test
    void givesPayloadsMessagesAndReceivedMessages() throws Exception {
        assertDone(Outcomes.deliverAll(listener("payloads"), first, second), first, second);
        assertThat(bean.batches).containsExactly(List.of(new Order("o-1", 5), new Order("o-2", 6)));

        Outcomes.deliverAll(listener("received"), first, second);
        assertThat(bean.batches.get(1)).isEqualTo(List.of(first, second));

        Outcomes.deliverAll(listener("messages"), first);
        Message<?> message = (Message<?>) bean.batches.get(2).get(0);
        assertThat(message.getPayload()).isEqualTo(new Order("o-1", 5));
        assertThat(message.getHeaders()).containsEntry(ReliableMqHeaders.MESSAGE_ID, "id-1");
    }

    @Test
    void leavesOutWhatCannotBeReadAndFailsThatAlone() throws Exception {
        ReceivedMessage poison = Received.numbered(3, "orders", "{not json", Map.of());
        ReceivedMessage invalid = order(4, 0);

        BatchOutcome outcome = Outcomes.deliverAll(listener("payloads"), first, poison, invalid, second);

        assertThat(bean.batches).containsExactly(List.of(new Order("o-1", 5), new Order("o-2", 6)));
        assertDone(outcome, first, second);
        for (ReceivedMessage unreadable : List.of(poison, invalid)) {
            assertThat(outcome.failure(unreadable).cause())
                    .isInstanceOf(UnreadablePayloadException.class)
                    .hasMessageContaining(unreadable.messageId())
                    .hasMessageContaining("Listeners#payloads");
        }
    }

    @Test
    void callsNobodyForAnEmptyRest() throws Exception {
        ReceivedMessage poison = Received.numbered(3, "orders", "{not json", Map.of());

        assertThat(Outcomes.deliverAll(listener("payloads"), poison).failure(poison))
                .isNotNull();
        assertThat(bean.batches).isEmpty();
    }

    @Test
    void passesOnWhatTheMethodSaysOfEach() throws Exception {
        bean.outcome = BatchOutcome.builder().retry(second).build();
        BatchOutcome outcome = Outcomes.deliverAll(listener("outcome"), first, second);
        assertDone(outcome, first);
        assertThat(outcome.failure(second)).isEqualTo(new BatchOutcome.Failure(false, null));

        bean.outcome = null;
        assertThat(Outcomes.deliverAll(listener("outcome"), first).failure(first))
                .isNotNull();
        assertThat(Outcomes.deliverAll(listener("result"), first).failure(first))
                .isNotNull();

        bean.outcome = BatchOutcome.success();
        assertDone(Outcomes.deliverAll(listener("stage"), first), first);
    }

    @Test
    void handlesEachMessageOnceWhereItIsIdempotent() throws Exception {
        BatchMethodMessageListener listener = listener("outcome", "payload.id");
        ReceivedMessage sameKey = order(1, 7);
        bean.outcome = BatchOutcome.builder().retry(second).build();

        BatchOutcome outcome = Outcomes.deliverAll(listener, first, second);
        assertDone(outcome, first);
        assertThat(outcome.failure(second)).isNotNull();

        bean.outcome = BatchOutcome.success();
        assertDone(Outcomes.deliverAll(listener, sameKey, second), sameKey, second);
        assertDone(Outcomes.deliverAll(listener, first, second), first, second);
        assertThat(bean.batches)
                .containsExactly(List.of(new Order("o-1", 5), new Order("o-2", 6)), List.of(new Order("o-2", 6)));
    }

    @Test
    void leavesTheSecondOfTheSameInABatchForLater() throws Exception {
        BatchMethodMessageListener listener = listener("outcome", "payload.id");
        bean.outcome = BatchOutcome.success();
        ReceivedMessage again = Received.numbered(9, "orders", "{\"id\":\"o-1\",\"amount\":5}", Map.of());

        BatchOutcome outcome = Outcomes.deliverAll(listener, first, again);

        assertDone(outcome, first);
        assertThat(outcome.failure(again)).isEqualTo(new BatchOutcome.Failure(false, null));
        assertDone(Outcomes.deliverAll(listener, again), again);
        assertThat(bean.batches).hasSize(1);
    }

    @Test
    void refusesWhatCannotTakeBatches() {
        for (String method : List.of("single", "two", "raw", "reply")) {
            assertThatIllegalArgumentException().isThrownBy(() -> listener(method));
        }
    }

    private static void assertDone(BatchOutcome outcome, ReceivedMessage... messages) {
        for (ReceivedMessage message : messages) {
            assertThat(outcome.failure(message)).isNull();
        }
    }

    private static ReceivedMessage order(int number, int amount) {
        return Received.numbered(number, "orders", "{\"id\":\"o-" + number + "\",\"amount\":" + amount + "}", Map.of());
    }

    private BatchMethodMessageListener listener(String name) {
        return listener(name, null);
    }

    private BatchMethodMessageListener listener(String name, String key) {
        Method method = Arrays.stream(Listeners.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        PayloadConverter converter = PayloadConverter.json(JsonMapper.shared());
        return new BatchMethodMessageListener(
                bean,
                method,
                new ListenerMethodFactory(new DefaultListableBeanFactory(), converter, validator),
                new MessageMapper(converter),
                key == null
                        ? null
                        : new Idempotence(
                                new InMemoryIdempotencyStore(100, Duration.ofHours(1), Clock.systemUTC()), "g", key));
    }

    @SuppressWarnings("rawtypes")
    static class Listeners {

        final List<List<?>> batches = new ArrayList<>();
        BatchOutcome outcome;

        void payloads(@Valid List<Order> orders) {
            batches.add(orders);
        }

        void received(List<ReceivedMessage> messages) {
            batches.add(messages);
        }

        void messages(List<Message<Order>> messages) {
            batches.add(messages);
        }

        BatchOutcome outcome(List<Order> orders) {
            batches.add(orders);
            return outcome;
        }

        ConsumeResult result(List<Order> orders) {
            return ConsumeResult.RECONSUME_LATER;
        }

        CompletableFuture<BatchOutcome> stage(List<Order> orders) {
            return CompletableFuture.completedFuture(outcome);
        }

        void single(Order order) {}

        void two(List<Order> orders, String other) {}

        void raw(List orders) {}

        String reply(List<Order> orders) {
            return "";
        }
    }
}
