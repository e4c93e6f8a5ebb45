package io.reliablemq.broker.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.MessageSummary;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Recovery reads what the full decoder would read. */
class MessageSummaryAgreementTest {

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1,127.0.0.1,5,paid",
        "::1,127.0.0.1,200,paid",
        "127.0.0.1,::1,127,''",
        "::1,::1,128,x",
    })
    void agreesWithTheDecoder(String born, String store, int topicLength, String tag) {
        StoredMessage message = new StoredMessage(
                "t".repeat(topicLength),
                3,
                41,
                77,
                0,
                0,
                5,
                new InetSocketAddress(born, 1),
                123456789L,
                new InetSocketAddress(store, 2),
                0,
                0,
                Map.of("KEYS", "a b", "TAGS", tag),
                new byte[100]);
        byte[] bytes = MessageLayout.encode(message);

        Map<String, String> properties = tag.isEmpty() ? Map.of("KEYS", "a b") : message.properties();
        MessageSummary summary = MessageSummary.read(ByteBuffer.wrap(bytes));

        assertThat(summary).isEqualTo(new MessageSummary(message.topic(), 3, 41, 123456789L, properties));
        assertThatThrownBy(() -> MessageSummary.read(ByteBuffer.wrap(bytes, 0, bytes.length - 1)))
                .isInstanceOf(MessageFormatException.class);
    }
}
