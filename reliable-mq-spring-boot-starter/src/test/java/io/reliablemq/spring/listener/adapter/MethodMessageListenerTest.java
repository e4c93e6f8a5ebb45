package io.reliablemq.spring.listener.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import io.reliablemq.spring.support.ReliableMqHeaders;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Min;
import java.io.IOException;
import java.lang.reflect.Method;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
    private static final ReceivedMessage POISON = Received.text("orders", "{not json", Map.of());

    private final PayloadConverter converter = PayloadConverter.json(JsonMapper.shared());
    private final LocalValidatorFactoryBean validator = new LocalValidatorFactoryBean();
    private final Listeners bean = new Listeners();

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
        assertThat(listener("payload").handle(ORDER)).isEqualTo(ConsumeResult.CONSUME_SUCCESS);
        assertThat(bean.arguments).isEqualTo(List.of(new Order("o-1", 5)));
    }

    @Test
    void givesHeadersAndMessagesOnDemand() throws Exception {
        listener("everything").handle(ORDER);

        assertThat(bean.arguments).hasSize(7).startsWith(new Order("o-1", 5), "shop", 9, 2, Received.BORN, ORDER);
        Message<?> message = (Message<?>) bean.arguments.get(6);
        assertThat(message.getPayload()).isEqualTo(new Order("o-1", 5));
        assertThat(message.getHeaders()).containsEntry(ReliableMqHeaders.QUEUE_ID, 3);
    }

    @Test
    void givesTextAndBytesAsTheyCame() throws Exception {
        listener("text").handle(POISON);
        assertThat(bean.arguments).isEqualTo(List.of("{not json"));

        listener("bytes").handle(POISON);
        assertThat((byte[]) bean.arguments.get(0)).isEqualTo(POISON.body());
    }

    @Test
    void passesOnWhatTheMethodReturns() throws Exception {
        bean.result = ConsumeResult.RECONSUME_LATER;
        assertThat(listener("result").handle(ORDER)).isEqualTo(ConsumeResult.RECONSUME_LATER);

        bean.result = null;
        assertThat(listener("result").handle(ORDER)).isNull();
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
                    .isThrownBy(() -> listener("failing").handle(ORDER))
                    .isSameAs(thrown);
        }
    }

    @Test
    void makesADeadLetterOfWhatCannotBeConverted() {
        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> listener("payload").handle(POISON))
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
                .isThrownBy(() -> listener("valid").handle(invalid))
                .withCauseInstanceOf(MethodArgumentNotValidException.class);
        assertThat(bean.arguments).isNull();
    }

    @Test
    void makesADeadLetterOfAMissingOrUnreadableHeader() {
        ReceivedMessage bare = Received.text("orders", "x", Map.of());
        ReceivedMessage unreadable = Received.text("orders", "x", Map.of("priority", "high"));

        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> listener("header").handle(bare))
                .withMessageContaining("priority");
        assertThatExceptionOfType(NonRetryableException.class)
                .isThrownBy(() -> listener("header").handle(unreadable));
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

        assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> listener.handle(ORDER));
    }

    @Test
    void refusesAMethodWithAnotherReturnType() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> listener("other"))
                .withMessageContaining("java.lang.String")
                .withMessageContaining("ConsumeResult");
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
        return new MethodMessageListener(bean, method, methods, new MessageMapper(converter));
    }

    static class Listeners {

        List<Object> arguments;
        ConsumeResult result = ConsumeResult.CONSUME_SUCCESS;
        Exception failure;

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

        String other(String text) {
            return text;
        }
    }
}
