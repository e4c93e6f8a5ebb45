package io.reliablemq.spring.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class ReliableMqTemplateTest {

    private final RecordingProducer producer = new RecordingProducer();
    private final ReliableMqTemplate template =
            new ReliableMqTemplate(producer, new MessageMapper(PayloadConverter.json(JsonMapper.shared())));

    @Test
    void givesTheReceiptOfASend() {
        var receipt = template.send("orders:created", "x", Map.of("source", "shop"));

        assertThat(receipt.queueOffset()).isEqualTo(7);
        assertThat(producer.onlySent().tag()).isEqualTo("created");
        assertThat(producer.onlySent().property("source")).isEqualTo("shop");
    }

    @Test
    void passesOnTheFailureOfASend() {
        producer.failing = true;

        assertThatExceptionOfType(SendFailedException.class).isThrownBy(() -> template.send("orders", "x"));
        assertThatExceptionOfType(SendFailedException.class).isThrownBy(() -> template.sendOneWay("orders", "x"));
        assertThatExceptionOfType(ExecutionException.class)
                .isThrownBy(() -> template.sendAsync("orders", "x").get())
                .withCauseInstanceOf(SendFailedException.class);
    }

    @Test
    void sendsAsynchronously() {
        assertThat(template.sendAsync("orders", "x")).isCompleted();
        assertThat(producer.sentAsync).hasSize(1);
        assertThat(producer.sent).isEmpty();
    }

    @Test
    void sendsOneWay() {
        template.sendOneWay("orders", "x");

        assertThat(producer.sentOneWay).hasSize(1);
        assertThat(producer.sent).isEmpty();
    }

    @Test
    void throwsAtOnceWhatCannotBeSent() {
        assertThatIllegalArgumentException().isThrownBy(() -> template.sendAsync("no topic", "x"));
        assertThat(producer.sentAsync).isEmpty();
    }
}
