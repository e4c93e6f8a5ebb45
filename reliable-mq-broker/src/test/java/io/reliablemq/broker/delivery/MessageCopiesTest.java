package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MessageCopiesTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    private final MessageCopies copies = new MessageCopies(DelayLevels.parse("1s"), HOST);

    /** Position and store timestamp are those of a message that was read; 0 for one that just came in. */
    private static StoredMessage message(
            String topic, long position, int reconsumeTimes, Map<String, String> properties) {
        long storedAt = position == 0 ? 0 : 1_000;
        return new StoredMessage(
                topic, 0, 0, position, 0, 0, 1, HOST, storedAt, HOST, reconsumeTimes, 0, properties, new byte[] {1});
    }

    @Test
    void firstRetryNamesTheTopicThatWasConsumed() {
        StoredMessage failed = message("orders", 77, 0, Map.of("UNIQ_KEY", "id"));

        assertThat(copies.retry(failed, "g")).satisfies(retry -> {
            assertThat(retry.topic()).isEqualTo("%RETRY%g");
            assertThat(retry.reconsumeTimes()).isEqualTo(1);
            assertThat(retry.properties())
                    .containsEntry("RETRY_TOPIC", "orders")
                    .containsEntry("ORIGIN_MESSAGE_ID", failed.offsetMessageId());
        });
    }

    @Test
    void laterRetriesAndTheDeadLetterKeepIt() {
        Map<String, String> origin = Map.of("RETRY_TOPIC", "orders", "ORIGIN_MESSAGE_ID", "first", "DELAY", "3");
        StoredMessage failed = message("%RETRY%g", 99, 2, origin);

        assertThat(copies.retry(failed, "g").reconsumeTimes()).isEqualTo(3);
        assertThat(copies.retry(failed, "g").properties())
                .containsEntry("RETRY_TOPIC", "orders")
                .containsEntry("ORIGIN_MESSAGE_ID", "first");
        assertThat(copies.deadLetter(failed, "g").properties())
                .containsEntry("DLQ_ORIGIN_TOPIC", "orders")
                .containsEntry("DLQ_ORIGIN_MESSAGE_ID", "first")
                .doesNotContainKey("DELAY");
    }

    @Test
    void whatIsConsumedFromDeadLettersStartsAnew() {
        Map<String, String> firstLife = Map.of(
                "RETRY_TOPIC", "orders",
                "ORIGIN_MESSAGE_ID", "first",
                "DLQ_ORIGIN_TOPIC", "orders",
                "DLQ_ORIGIN_MESSAGE_ID", "first");
        StoredMessage failed = message("%DLQ%g", 99, 16, firstLife);

        assertThat(MessageCopies.attempts(failed)).isZero();
        assertThat(copies.retry(failed, "redrive").reconsumeTimes()).isEqualTo(1);
        assertThat(copies.retry(failed, "redrive").properties())
                .containsEntry("RETRY_TOPIC", "%DLQ%g")
                .containsEntry("ORIGIN_MESSAGE_ID", failed.offsetMessageId());
        assertThat(copies.deadLetter(failed, "redrive").properties())
                .containsEntry("DLQ_ORIGIN_TOPIC", "%DLQ%g")
                .containsEntry("DLQ_ORIGIN_MESSAGE_ID", failed.offsetMessageId());
    }

    @Test
    void whatWaitsForATimeTellsWhenItWasDueAndWhenItWaited() {
        StoredMessage message = message("orders", 7, 0, Map.of("TIMER_DELAY_MS", "500"));

        StoredMessage parked = copies.parkedUntil(message, 1_500);
        assertThat(parked.topic()).isEqualTo("rmq_sys_wheel_timer");
        assertThat(parked.queueId()).isZero();
        assertThat(parked.properties())
                .containsEntry("TIMER_OUT_MS", "1500")
                .containsEntry("REAL_TOPIC", "orders")
                .containsEntry("REAL_QID", Integer.toString(message.queueId()));

        StoredMessage due = copies.due(parked, 1_501);
        assertThat(due.topic()).isEqualTo("orders");
        assertThat(due.queueId()).isEqualTo(message.queueId());
        assertThat(due.properties())
                .containsEntry("TIMER_OUT_MS", "1500")
                .containsEntry("TIMER_DEQUEUE_MS", "1501")
                .containsKey("TIMER_ENQUEUE_MS");
    }

    @Test
    void whatWaitsForALevelOrIsDeadWaitsForNoTime() {
        Map<String, String> timed = Map.of("TIMER_DELAY_MS", "500", "TIMER_DELAY_SEC", "1", "TIMER_DELIVER_MS", "9");

        assertThat(copies.parked(message("orders", 7, 0, timed), 1).properties())
                .doesNotContainKeys("TIMER_DELAY_MS", "TIMER_DELAY_SEC", "TIMER_DELIVER_MS");
        assertThat(copies.deadLetter(message("orders", 7, 0, timed), "g").properties())
                .doesNotContainKeys("TIMER_DELAY_MS", "TIMER_DELAY_SEC", "TIMER_DELIVER_MS");
    }

    @Test
    void whatAConsumerSendsItselfHasNoPlaceInTheLogToNameAsItsOrigin() {
        StoredMessage incoming = message("%RETRY%g", 0, 17, Map.of("RETRY_TOPIC", "orders", "UNIQ_KEY", "id"));

        assertThat(copies.deadLetter(incoming, "g").properties())
                .containsEntry("DLQ_ORIGIN_TOPIC", "orders")
                .containsEntry("DLQ_ORIGIN_MESSAGE_ID", "id")
                .doesNotContainKey("ORIGIN_MESSAGE_ID");
    }
}
