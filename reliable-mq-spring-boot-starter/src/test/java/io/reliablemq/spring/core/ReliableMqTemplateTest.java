package io.reliablemq.spring.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.eq;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;
import org.springframework.messaging.support.MessageBuilder;
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

    @Test
    void buildsAMessageStepByStep() {
        OutgoingMessage draft =
                template.newMessage("x").topic("orders").tag("created").key("o-1");
        draft.orderingKey("customer-7")
                .deliverAfter(Duration.ofSeconds(90))
                .priority(3)
                .header("source", "shop")
                .send();

        Message sent = producer.onlySent();
        assertThat(sent.topic()).isEqualTo("orders");
        assertThat(sent.tag()).isEqualTo("created");
        assertThat(sent.keys()).isEqualTo("o-1");
        assertThat(sent.orderingKey()).isEqualTo("customer-7");
        assertThat(sent.property("TIMER_DELAY_MS")).isEqualTo("90000");
        assertThat(sent.property("_SYS_MSG_PRIORITY_")).isEqualTo("3");
        assertThat(sent.property("source")).isEqualTo("shop");

        // A step leaves the one before it as it was.
        draft.sendAsync().join();
        assertThat(producer.sentAsync.get(0).orderingKey()).isNull();
    }

    @Test
    void aLaterTimeOfDeliveryReplacesAnEarlierOne() {
        OutgoingMessage draft = template.newMessage("x").topic("orders").deliverAfter(Duration.ofSeconds(1));
        draft.deliverAt(Instant.ofEpochMilli(42)).send();
        draft.delayLevel(3).sendOneWay();
        template.sendDelayed("orders", "x", Duration.ofMillis(5));

        assertThat(producer.sent.get(0).properties())
                .containsEntry("TIMER_DELIVER_MS", "42")
                .doesNotContainKey("TIMER_DELAY_MS");
        assertThat(producer.sentOneWay.get(0).delayLevel()).isEqualTo(3);
        assertThat(producer.sent.get(1).property("TIMER_DELAY_MS")).isEqualTo("5");
    }

    @Test
    void refusesTwoTimesOfDelivery() {
        var message = MessageBuilder.withPayload("x")
                .setHeader(ReliableMqHeaders.DELAY_LEVEL, 3)
                .setHeader(ReliableMqHeaders.DELIVER_AT, Instant.EPOCH)
                .build();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.send("orders", message))
                .withMessageContaining(ReliableMqHeaders.DELAY_LEVEL)
                .withMessageContaining(ReliableMqHeaders.DELIVER_AT);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.send("orders", "x", Map.of(ReliableMqHeaders.DELIVER_AFTER, "1s")))
                .withMessageContaining("Duration");
    }

    @Test
    void needsATopic() {
        assertThatIllegalStateException()
                .isThrownBy(() -> template.newMessage("x").send())
                .withMessageContaining("topic(...)");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.newMessage("x").topic("no topic"));
    }

    @Test
    void sendsToAChosenQueueAndWithinATimeOfItsOwn() {
        SendQueue queue = template.queues("orders").get(0);
        template.newMessage("x").topic("orders").queue(queue).send();
        template.newMessage("x").topic("orders").queue(queue).sendAsync().join();
        template.newMessage("x").topic("orders").timeout(Duration.ofSeconds(1)).send();

        assertThat(producer.queuesSentTo).containsExactly(queue, queue);
        assertThat(producer.timeouts).containsExactly(Duration.ofSeconds(1));
        OutgoingMessage both =
                template.newMessage("x").topic("orders").queue(queue).timeout(Duration.ofSeconds(1));
        assertThatIllegalArgumentException().isThrownBy(both::send);
        assertThatIllegalArgumentException().isThrownBy(both::sendAsync);
        assertThatIllegalArgumentException()
                .isThrownBy(template.newMessage("x").topic("orders").queue(queue)::sendOneWay);
    }

    @Test
    void sendsABatchOfMessagesWithHeaders() {
        var receipts = template.sendBatch(
                "orders:created",
                List.of(
                        "x",
                        MessageBuilder.withPayload("y")
                                .setHeader(ReliableMqHeaders.KEYS, "k")
                                .build()));

        assertThat(receipts).hasSize(2);
        assertThat(producer.sent).extracting(Message::tag).containsExactly("created", "created");
        assertThat(producer.sent.get(1).keys()).isEqualTo("k");
        assertThat(template.sendBatchAsync("orders", List.of("z"))).isCompleted();
    }

    record Answer(int value) {}

    @Test
    void convertsRequestAndReply() {
        producer.reply = Received.text("reply", "{\"value\":7}", Map.of());

        assertThat(template.sendAndReceive("orders", new Answer(1), Answer.class, Duration.ofSeconds(1)))
                .isEqualTo(new Answer(7));
        assertThat(template.sendAndReceiveAsync("orders", "x", byte[].class, Duration.ofSeconds(1)))
                .isCompletedWithValue(producer.reply.body());
        assertThat(producer.requests).hasSize(2);

        template.reply(producer.reply, new Answer(8));
        assertThat(producer.replied).asString(StandardCharsets.UTF_8).isEqualTo("{\"value\":8}");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.newMessage("x")
                        .topic("orders")
                        .inTransaction(TransactionMode.OUTBOX)
                        .sendAndReceive(String.class, Duration.ofSeconds(1)))
                .withMessageContaining("OUTBOX");
    }

    @Test
    void callsBackByReceipt() {
        SendReceipt waiting =
                new SendReceipt(SendStatus.SEND_OK, "id", "", "orders", "broker-a", 0, 1, "handle", List.of());
        assertThat(template.recall(waiting)).isEqualTo("orders handle");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> template.recall(template.send("orders", "x")))
                .withMessageContaining("id-1");
    }

    @Test
    void customizesEveryMessage() {
        ReliableMqTemplate customized = ReliableMqTemplate.builder(
                        producer, new MessageMapper(PayloadConverter.json(JsonMapper.shared())))
                .messageCustomizer(message -> message.withProperty("tenant", "t-1"))
                .messageCustomizer(message -> message.withProperty("both", message.property("tenant") + "!"))
                .build();
        customized.send("orders", "x");
        customized.newMessage("x").topic("orders").sendAsync().join();

        assertThat(producer.onlySent().property("both")).isEqualTo("t-1!");
        assertThat(producer.sentAsync.get(0).property("tenant")).isEqualTo("t-1");
    }

    @Test
    void sendsInATransactionOfTheBroker() {
        TransactionReceipt done =
                new TransactionReceipt(template.send("orders", "half"), TransactionOutcome.COMMIT, true, "");
        TransactionProducer transactions = mock(TransactionProducer.class);
        given(transactions.send(any(), eq("argument"))).willReturn(done);
        ReliableMqTemplate transacting = ReliableMqTemplate.builder(
                        producer, new MessageMapper(PayloadConverter.json(JsonMapper.shared())))
                .transactionProducer(transactions)
                .build();

        assertThat(transacting.sendInBrokerTransaction("orders", "x", "argument"))
                .isSameAs(done);
        assertThatIllegalStateException()
                .isThrownBy(() -> template.sendInBrokerTransaction("orders", "x", null))
                .withMessageContaining("TransactionListener");
    }
}
