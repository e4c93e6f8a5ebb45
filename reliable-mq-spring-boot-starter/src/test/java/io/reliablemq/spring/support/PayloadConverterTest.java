package io.reliablemq.spring.support;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.support.GenericMessage;
import tools.jackson.databind.json.JsonMapper;

class PayloadConverterTest {

    private static final MessageHeaders NONE = new MessageHeaders(Map.of());

    record Order(String id) {}

    @Test
    void makesTheMapperWhenThePayloadIsTheFirstThatNeedsIt() {
        AtomicInteger made = new AtomicInteger();
        PayloadConverter converter = PayloadConverter.json(
                () -> {
                    made.incrementAndGet();
                    return JsonMapper.shared();
                },
                List.of());

        assertThat(converter.write("text", NONE).getPayload()).isEqualTo("text".getBytes(StandardCharsets.UTF_8));
        assertThat(converter.write(new byte[] {1}, NONE).getPayload()).isEqualTo(new byte[] {1});
        assertThat(converter.read(new GenericMessage<>("text".getBytes(StandardCharsets.UTF_8)), String.class))
                .isEqualTo("text");
        assertThat(made).hasValue(0);

        assertThat(converter.write(new Order("o-1"), NONE).getPayload())
                .isEqualTo("{\"id\":\"o-1\"}".getBytes(StandardCharsets.UTF_8));
        assertThat(converter.read(
                        new GenericMessage<>("{\"id\":\"o-2\"}".getBytes(StandardCharsets.UTF_8)), Order.class))
                .isEqualTo(new Order("o-2"));
        assertThat(made).hasValue(1);
    }
}
