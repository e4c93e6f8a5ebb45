package io.reliablemq.spring.support;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.spring.fixture.Received;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.messaging.MessageHeaders;
import tools.jackson.databind.json.JsonMapper;

class DeadLetterHeadersTest {

    private final MessageMapper mapper = new MessageMapper(PayloadConverter.json(JsonMapper.shared()));

    @Test
    void sayWhyAMessageIsADeadLetter() {
        MessageHeaders headers = headers(Map.of(
                "DLQ_EXCEPTION", "java.io.IOException",
                "DLQ_EXCEPTION_MESSAGE", "disk",
                "DLQ_HOST", "192.0.2.1@default#7",
                "DLQ_ATTEMPTS", "16",
                "DLQ_FIRST_FAILED_AT", "1000",
                "DLQ_LAST_FAILED_AT", "2000"));

        assertThat(headers)
                .containsEntry(ReliableMqHeaders.DEAD_LETTER_EXCEPTION, "java.io.IOException")
                .containsEntry(ReliableMqHeaders.DEAD_LETTER_EXCEPTION_MESSAGE, "disk")
                .containsEntry(ReliableMqHeaders.DEAD_LETTER_HOST, "192.0.2.1@default#7")
                .containsEntry(ReliableMqHeaders.DEAD_LETTER_ATTEMPTS, 16)
                .containsEntry(ReliableMqHeaders.DEAD_LETTER_FIRST_FAILED, Instant.ofEpochMilli(1000))
                .containsEntry(ReliableMqHeaders.DEAD_LETTER_LAST_FAILED, Instant.ofEpochMilli(2000))
                .doesNotContainKey("DLQ_EXCEPTION");
    }

    @Test
    void areLeftOutWhereTheyCannotBeReadAndAreNotTakenFromTheSender() {
        MessageHeaders headers = headers(Map.of(
                "DLQ_ATTEMPTS",
                "many",
                "DLQ_LAST_FAILED_AT",
                "yesterday",
                ReliableMqHeaders.DEAD_LETTER_HOST,
                "forged"));

        assertThat(headers)
                .doesNotContainKeys(
                        ReliableMqHeaders.DEAD_LETTER_ATTEMPTS,
                        ReliableMqHeaders.DEAD_LETTER_LAST_FAILED,
                        ReliableMqHeaders.DEAD_LETTER_HOST);
    }

    private MessageHeaders headers(Map<String, String> properties) {
        return mapper.fromWire(Received.text("%DLQ%g", "x", properties)).getHeaders();
    }
}
