package io.reliablemq.spring.listener.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.spring.fixture.Outcomes;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.listener.Delivery;
import io.reliablemq.spring.listener.MessageLease;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import io.reliablemq.spring.support.ReliableMqHeaders;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.messaging.Message;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.support.MethodArgumentNotValidException;
import org.springframework.validation.Errors;
import org.springframework.validation.Validator;
import org.springframework.validation.beanvalidation.LocalValidatorFactoryBean;
import tools.jackson.databind.json.JsonMapper;

class MethodMessageListenerTest {

    private static final ReceivedMessage ORDER =
            Received.text("orders", "{\"id\":\"o-1\",\"amount\":5}", Map.of("source", "shop", "priority", "9"));
    private static final ReceivedMessage REQUEST = Received.text(
            "orders",
            "{\"id\":\"o-1\",\"amount\":5}",
            Map.of("CORRELATION_ID", "c-1", "REPLY_TO_CLIENT", "client-1", "CLUSTER", "DefaultCluster"));
    private static final ReceivedMessage POISON = Received.text("orders", "{not json", Map.of());

    private final PayloadConverter converter = PayloadConverter.json(JsonMapper.shared());
    private final LocalValidatorFactoryBean validator = new LocalValidatorFactoryBean();
    private final Listeners bean = new Listeners();
    private final RecordingProducer producer = new RecordingProducer();

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
    void convertsThePayloadAndAcknowledgesByReturning() throws Exception {
        assertThat(Outcomes.deliver(listener("payload"), ORDER)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
        assertThat(bean.arguments).isEqualTo(List.of(new Order("o-1", 5)));
    }

    @Test
    void givesHeadersAndMessagesOnDemand() throws Exception {
        Outcomes.deliver(listener("everything"), ORDER);

        assertThat(bean.arguments).hasSize(7).startsWith(new Order("o-1", 5), "shop", 9, 2, Received.BORN, ORDER);
        Message<?> message = (Message<?>) bean.arguments.get(6);
        assertThat(message.getPayload()).isEqualTo(new Order("o-1", 5));
        assertThat(message.getHeaders()).containsEntry(ReliableMqHeaders.QUEUE_ID, 3);
    }

    @Test
    void givesTextAndBytesAsTheyCame() throws Exception {
        Outcomes.deliver(listener("text"), POISON);
        assertThat(bean.arguments).isEqualTo(List.of("{not json"));

        Outcomes.deliver(listener("text"), Received.text("orders", "{}", Map.of("contentType", "application/json")));
        assertThat(bean.arguments).isEqualTo(List.of("{}"));

        Outcomes.deliver(listener("bytes"), POISON);
        assertThat((byte[]) bean.arguments.get(0)).isEqualTo(POISON.body());
    }

    @Test
    void retriesWhatTheMethodDoesNotSayIsDone() throws Exception {
        bean.result = ConsumeResult.RECONSUME_LATER;
        assertThat(Outcomes.deliver(listener("result"), ORDER)).isEqualTo(ConsumeResult.RECONSUME_LATER);

        bean.result = null;
        assertThat(Outcomes.deliver(listener("result"), ORDER)).isEqualTo(ConsumeResult.RECONSUME_LATER);
    }

    @Test
    void passesOnWhatTheMethodThrows() {
        for (Exception thrown : List.of(
                new IOException("disk"),
                new IllegalStateException("state"),
                // Not a failure to convert this message, but one of what the listener does.
                new MessageConversionException("of another message"),
                new NonRetryableException("declared", null))) {
            bean.failure = thrown;

            assertThatExceptionOfType(Exception.class)
                    .isThrownBy(() -> Outcomes.deliver(listener("failing"), ORDER))
                    .isSameAs(thrown);
        }
    }

    @Test
    void makesADeadLetterOfWhatCannotBeConverted() {
        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> Outcomes.deliver(listener("payload"), POISON))
                .withMessageContaining("id-1")
                .withMessageContaining("'orders'")
                .withMessageContaining("Listeners#payload")
                .withCauseInstanceOf(MessageConversionException.class);
        assertThat(bean.arguments).isNull();
    }

    @Test
    void makesADeadLetterOfWhatIsNotValid() {
        ReceivedMessage invalid = Received.text("orders", "{\"id\":\"o-1\",\"amount\":0}", Map.of());

        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> Outcomes.deliver(listener("valid"), invalid))
                .withCauseInstanceOf(MethodArgumentNotValidException.class);
        assertThat(bean.arguments).isNull();
    }

    @Test
    void makesADeadLetterOfAMissingOrUnreadableHeader() {
        ReceivedMessage bare = Received.text("orders", "x", Map.of());
        ReceivedMessage unreadable = Received.text("orders", "x", Map.of("priority", "high"));

        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> Outcomes.deliver(listener("header"), bare))
                .withMessageContaining("priority");
        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> Outcomes.deliver(listener("header"), unreadable));
    }

    @Test
    void retriesWhenAValidatorFailsForOtherReasons() {
        Validator unavailable = new Validator() {
            @Override
            public boolean supports(Class<?> type) {
                return true;
            }

            @Override
            public void validate(Object target, Errors errors) {
                throw new IllegalStateException("the service that validates is down");
            }
        };
        MethodMessageListener listener = listener("valid", unavailable);

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> Outcomes.deliver(listener, ORDER));
    }

    @Test
    void refusesWhatCannotBeAListener() {
        assertRefused("flag", "boolean", "ConsumeResult");
        assertRefused("future", "java.util.concurrent.Future", "CompletionStage");
        assertRefused("vagueStage", "does not say what it completes with");
        assertRefused("publisher", "Publisher", "CompletionStage");
        assertRefused("several", "batch");
    }

    private void assertRefused(String method, String... parts) {
        assertThatIllegalArgumentException().isThrownBy(() -> listener(method)).withMessageContainingAll(parts);
    }

    @Test
    void acknowledgesAStageWhenItCompletes() throws Exception {
        bean.stage = new CompletableFuture<>();
        CompletionStage<BatchOutcome> outcome = listener("stage").handle(new Delivery(List.of(ORDER), message -> true));
        assertThat(outcome.toCompletableFuture()).isNotDone();

        bean.stage.complete(ConsumeResult.CONSUME_SUCCESS);

        assertThat(Outcomes.single(ORDER, Outcomes.await(outcome))).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
    }

    @Test
    void aStageFailsWithItsOwnException() {
        bean.stage = CompletableFuture.failedFuture(new IOException("disk"));

        assertThatExceptionOfType(IOException.class)
                .isThrownBy(() -> Outcomes.deliver(listener("stage"), ORDER))
                .withMessage("disk");
    }

    @Test
    void retriesAStageOfNull() throws Exception {
        bean.stage = CompletableFuture.completedFuture(null);
        assertThat(Outcomes.deliver(listener("stage"), ORDER)).isEqualTo(ConsumeResult.RECONSUME_LATER);

        bean.stage = null;
        assertThat(Outcomes.deliver(listener("stage"), ORDER)).isEqualTo(ConsumeResult.RECONSUME_LATER);
    }

    @Test
    void sendsTheReplyToWhoeverAsked() throws Exception {
        assertThat(Outcomes.deliver(listener("reply"), REQUEST)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);

        assertThat(producer.replies).hasSize(1);
        assertThat(producer.replies.get(0).request()).isSameAs(REQUEST);
        assertThat(new String(producer.replies.get(0).body(), StandardCharsets.UTF_8))
                .isEqualTo("{\"id\":\"o-1\",\"amount\":6}");
    }

    @Test
    void dropsTheReplyWhereNobodyAsked() throws Exception {
        assertThat(Outcomes.deliver(listener("reply"), ORDER)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
        assertThat(producer.replies).isEmpty();
    }

    @Test
    void doesNotHandleARequestAgainBecauseItsReplyIsLost() throws Exception {
        producer.replyFailure = new SendFailedException(
                "no broker answers", io.reliablemq.protocol.message.Message.of("replies", new byte[1]), List.of());
        assertThat(Outcomes.deliver(listener("reply"), REQUEST)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
    }

    @Test
    void doesNotHandleARequestAgainBecauseItsReplyCannotBeSent() throws Exception {
        producer.replyFailure = new IllegalArgumentException("The body is empty");
        assertThat(Outcomes.deliver(listener("reply"), REQUEST)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
        producer.replyFailure = new IllegalStateException("The producer is closed");
        assertThat(Outcomes.deliver(listener("reply"), REQUEST)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
    }

    @Test
    void givesALeaseThatCanBeExtended() throws Exception {
        List<ReceivedMessage> extended = new ArrayList<>();
        Outcomes.await(listener("lease").handle(new Delivery(List.of(ORDER), extended::add)));

        assertThat(extended).containsExactly(ORDER);
        assertThat(bean.arguments).isEqualTo(List.of(true));
    }

    private MethodMessageListener listener(String method) {
        return listener(method, validator);
    }

    private MethodMessageListener listener(String name, Validator with) {
        Method method = Arrays.stream(Listeners.class.getDeclaredMethods())
                .filter(candidate -> candidate.getName().equals(name))
                .findFirst()
                .orElseThrow();
        ListenerMethodFactory methods = new ListenerMethodFactory(new DefaultListableBeanFactory(), converter, with);
        MessageMapper mapper = new MessageMapper(converter);
        return new MethodMessageListener(bean, method, methods, mapper, new Replies(() -> producer, mapper), null);
    }

    static class Listeners {

        List<Object> arguments;
        ConsumeResult result = ConsumeResult.CONSUME_SUCCESS;
        Exception failure;
        CompletableFuture<ConsumeResult> stage;

        void payload(Order order) {
            arguments = List.of(order);
        }

        void everything(
                @Payload Order order,
                @Header String source,
                @Header int priority,
                @Header(ReliableMqHeaders.RECONSUME_TIMES) int reconsumeTimes,
                @Header(ReliableMqHeaders.BORN_TIMESTAMP) Instant born,
                ReceivedMessage received,
                Message<Order> message) {
            arguments = List.of(order, source, priority, reconsumeTimes, born, received, message);
        }

        void text(String text) {
            arguments = List.of(text);
        }

        void bytes(byte[] bytes) {
            arguments = List.of(bytes);
        }

        void valid(@Valid Order order) {
            arguments = List.of(order);
        }

        void header(@Header int priority) {
            arguments = List.of(priority);
        }

        ConsumeResult result(String text) {
            return result;
        }

        void failing(String text) throws Exception {
            throw failure;
        }

        boolean flag(String text) {
            return true;
        }

        Future<Void> future(String text) {
            return stage.thenAccept(result -> {}).toCompletableFuture();
        }

        CompletableFuture<?> vagueStage(String text) {
            return stage;
        }

        Flow.Publisher<String> publisher(String text) {
            return subscriber -> {};
        }

        void several(List<ReceivedMessage> messages) {
            arguments = List.copyOf(messages);
        }

        CompletableFuture<ConsumeResult> stage(String text) {
            return stage;
        }

        Order reply(Order order) {
            return new Order(order.id(), order.amount() + 1);
        }

        void lease(String text, MessageLease lease) {
            arguments = List.of(lease.extend());
        }
    }
}
