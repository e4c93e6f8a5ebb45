package io.reliablemq.spring.listener.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.fixture.Outcomes;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.idempotent.IdempotencyStore;
import io.reliablemq.spring.idempotent.InMemoryIdempotencyStore;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import java.lang.reflect.Method;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.messaging.handler.annotation.Header;
import tools.jackson.databind.json.JsonMapper;

class IdempotentMethodTest {

    private final IdempotencyStore memory = new InMemoryIdempotencyStore(100, Duration.ofHours(1), Clock.systemUTC());
    private final Listeners bean = new Listeners();

    record Order(String id) {}

    @Test
    void knowsAMessageByItsUniqueId() throws Exception {
        MethodMessageListener listener = listener("on", memory, "");

        deliverAll(listener, order(1, "a", "t", Map.of()), order(1, "a", "t", Map.of()), order(2, "a", "t", Map.of()));

        assertThat(bean.handled).containsExactly("a", "a");
    }

    @Test
    void knowsADeadLetterThatIsSentAgainByItsFirstId() throws Exception {
        MethodMessageListener listener = listener("on", memory, "");

        deliverAll(
                listener,
                order(1, "a", "t", Map.of()),
                order(7, "a", "t", Map.of("REDRIVEN_MESSAGE_ID", "id-1")),
                order(8, "b", "t", Map.of("REDRIVEN_MESSAGE_ID", "id-2")),
                order(9, "b", "t", Map.of("REDRIVEN_MESSAGE_ID", "id-2")));

        assertThat(bean.handled).containsExactly("a", "b");
    }

    @Test
    void knowsAMessageByWhatTheExpressionSaysWithinTopicAndTag() throws Exception {
        for (String expression :
                List.of("#order.id", "payload.id", "#p0.id", "headers['key']", "message.property('key')")) {
            bean.handled.clear();
            MethodMessageListener listener = listener(
                    "on", new InMemoryIdempotencyStore(100, Duration.ofHours(1), Clock.systemUTC()), expression);

            deliverAll(
                    listener,
                    order(1, "a", "created", Map.of("key", "a")),
                    order(2, "a", "created", Map.of("key", "a")),
                    order(3, "b", "created", Map.of("key", "b")),
                    order(4, "a", "paid", Map.of("key", "a")));

            assertThat(bean.handled).as(expression).containsExactly("a", "b", "a");
        }
    }

    @Test
    void givesUpAMessageWithoutAKey() {
        for (String expression : List.of("headers['absent']", "#order.noSuchProperty", "''")) {
            assertThatExceptionOfType(NonRetryableException.class)
                    .isThrownBy(
                            () -> Outcomes.deliver(listener("on", memory, expression), order(1, "a", "t", Map.of())))
                    .withMessageContaining("id-1")
                    .withMessageContaining(expression);
        }
        assertThat(bean.handled).isEmpty();
    }

    @Test
    void handlesAgainWhatIsNotDone() throws Exception {
        bean.results.addAll(List.of(ConsumeResult.RECONSUME_LATER, ConsumeResult.CONSUME_SUCCESS));
        MethodMessageListener listener = listener("result", memory, "");
        ReceivedMessage message = order(1, "a", "t", Map.of());

        assertThat(Outcomes.deliver(listener, message)).isEqualTo(ConsumeResult.RECONSUME_LATER);
        assertThat(Outcomes.deliver(listener, message)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
        assertThat(Outcomes.deliver(listener, message)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);

        assertThat(bean.handled).containsExactly("a", "a");
    }

    @Test
    void waitsForAStageBeforeItMarks() throws Exception {
        MethodMessageListener listener = listener("stage", memory, "");
        ReceivedMessage message = order(1, "a", "t", Map.of());

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> Outcomes.deliver(listener, message));
        bean.stage = CompletableFuture.completedFuture(null);
        deliverAll(listener, message, message);

        assertThat(bean.handled).containsExactly("a", "a");
    }

    @Test
    void refusesWorkThatEndsOutsideItsTransaction() {
        IdempotencyStore transactional = new IdempotencyStore() {
            @Override
            public void once(String group, Set<String> keys, Work work) throws Exception {
                work.handle(keys);
            }

            @Override
            public boolean isTransactional() {
                return true;
            }
        };
        assertThatIllegalArgumentException()
                .isThrownBy(() -> listener("stage", transactional, ""))
                .withMessageContaining("transaction");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> listener("on", memory, "payload..id"))
                .withMessageContaining("payload..id");
    }

    private static void deliverAll(MethodMessageListener listener, ReceivedMessage... messages) throws Exception {
        for (ReceivedMessage message : messages) {
            assertThat(Outcomes.deliver(listener, message)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
        }
    }

    private static ReceivedMessage order(int number, String id, String tag, Map<String, String> properties) {
        Map<String, String> all = new HashMap<>(properties);
        all.put("TAGS", tag);
        return Received.numbered(number, "orders", "{\"id\":\"" + id + "\"}", all);
    }

    private MethodMessageListener listener(String name, IdempotencyStore store, String key) {
        Method method = Arrays.stream(Listeners.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        PayloadConverter converter = PayloadConverter.json(JsonMapper.shared());
        MessageMapper mapper = new MessageMapper(converter);
        return new MethodMessageListener(
                bean,
                method,
                new ListenerMethodFactory(new DefaultListableBeanFactory(), converter, null),
                mapper,
                new Replies(RecordingProducer::new, mapper),
                new Idempotence(store, "g", key));
    }

    static class Listeners {

        final List<String> handled = new ArrayList<>();
        final List<ConsumeResult> results = new ArrayList<>();
        CompletableFuture<Void> stage = CompletableFuture.failedFuture(new IllegalStateException("at first"));

        void on(Order order, @Header(name = "key", required = false) String key) {
            handled.add(order.id());
        }

        ConsumeResult result(Order order) {
            handled.add(order.id());
            return results.remove(0);
        }

        CompletableFuture<Void> stage(Order order) {
            handled.add(order.id());
            return stage;
        }
    }
}
