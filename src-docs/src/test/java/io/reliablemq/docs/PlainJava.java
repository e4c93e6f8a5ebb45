package io.reliablemq.docs;

import static io.reliablemq.client.api.ConsumeResult.CONSUME_SUCCESS;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.protocol.message.Message;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/** Snippets of the page "The client in plain Java". */
final class PlainJava {

    static void producing() throws IOException {
        // tag::producing[]
        MqClient client = MqClient.create(ClientSettings.of("127.0.0.1:9876"));
        StoreAndForward journal = client.storeAndForward(JournalSettings.of(Path.of("data/journal"), "orders-journal"));
        Producer producer = client.producer(ProducerSettings.of("orders"), journal);
        // end::producing[]
        producer.close();
    }

    static void consuming(MqClient client) {
        // tag::consuming[]
        PushConsumerSettings settings = PushConsumerSettings.builder("billing")
                .subscribe("orders", "created || paid") // <1>
                .consumeMode(ConsumeMode.ORDERLY) // <2>
                .retries(RetrySettings.of(5)
                        .withDelays(List.of(Duration.ofSeconds(10), Duration.ofMinutes(1)))
                        .withNonRetryable(Set.of(IllegalArgumentException.class)))
                .build();
        PushConsumer consumer = client.pushConsumer(settings, message -> CONSUME_SUCCESS);
        consumer.start();
        // end::consuming[]
    }

    static void deadLetters(MqClient client, Producer producer, String messageId, Instant from, Instant to) {
        // tag::dead-letters[]
        DeadLetters letters = client.deadLetters(producer);
        letters.count("billing");
        letters.read("billing", 100);
        letters.redriveAll("billing"); // <1>
        letters.redrive("billing", List.of(messageId));
        letters.redrive("billing", from, to);
        // end::dead-letters[]
    }

    static void ordering(Producer producer, byte[] body) {
        // tag::ordering[]
        producer.send(
                Message.builder("orders").orderingKey("customer-17").body(body).build());
        // end::ordering[]
    }

    static void later(Producer producer, byte[] body) {
        // tag::later[]
        producer.send(Message.builder("reminders")
                .body(body)
                .deliverAfter(Duration.ofMinutes(90))
                .build());
        producer.send(Message.builder("reminders")
                .body(body)
                .deliverAt(Instant.parse("2027-01-01T00:00:00Z"))
                .build());
        // end::later[]
    }

    private PlainJava() {}
}
