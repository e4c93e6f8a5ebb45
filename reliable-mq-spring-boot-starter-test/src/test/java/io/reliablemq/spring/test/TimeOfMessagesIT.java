package io.reliablemq.spring.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.protocol.message.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everything that messages wait for, on a clock that stands until it is set forward. */
class TimeOfMessagesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final String DELETED = "reliable.mq.broker.retention.segments";

    @TempDir
    Path folder;

    private final List<String> received = new CopyOnWriteArrayList<>();

    private static Message.Builder message(String text) {
        return Message.builder("orders").body(text.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(ReceivedMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    private PushConsumer receive(TestBroker broker) {
        PushConsumer consumer = broker.client.pushConsumer(
                PushConsumerSettings.builder("billing").subscribe("orders", "*").build(), message -> {
                    received.add(text(message));
                    return ConsumeResult.CONSUME_SUCCESS;
                });
        consumer.start();
        return consumer;
    }

    @Test
    void handsDelayedMessagesOverWhenTheClockIsSetForward() {
        try (TestBroker broker = new TestBroker(folder, properties -> {})) {
            broker.clock.freeze();
            receive(broker);
            Producer producer = broker.client.producer(ProducerSettings.of("shop"));
            producer.send(
                    message("after a day").deliverAfter(Duration.ofDays(1)).build());
            producer.send(message("at a time")
                    .deliverAt(broker.clock.instant().plus(Duration.ofHours(1)))
                    .build());
            producer.send(message("at level 18").delayLevel(18).build());
            producer.send(message("now").build());
            await().atMost(PATIENCE).until(() -> received.contains("now"));
            await().atMost(PATIENCE).until(() -> broker.figure("reliable.mq.broker.delayed") == 3);

            broker.clock.advance(Duration.ofHours(1));
            await().atMost(PATIENCE).until(() -> received.size() == 2);
            broker.clock.advance(Duration.ofHours(1));
            await().atMost(PATIENCE).until(() -> received.size() == 3);
            broker.clock.advance(Duration.ofHours(22));
            await().atMost(PATIENCE).until(() -> received.size() == 4);

            assertThat(received).containsExactly("now", "at a time", "at level 18", "after a day");
        }
    }

    @Test
    void triesOrderedMessagesAgainWhenTheClockIsSetForward() {
        try (TestBroker broker = new TestBroker(folder, properties -> {})) {
            broker.clock.freeze();
            AtomicInteger attempts = new AtomicInteger();
            broker.client
                    .pushConsumer(
                            PushConsumerSettings.builder("billing")
                                    .subscribe("orders", "*")
                                    .consumeMode(ConsumeMode.ORDERLY)
                                    .build(),
                            message -> {
                                if (attempts.incrementAndGet() == 1) {
                                    return ConsumeResult.RECONSUME_LATER;
                                }
                                received.add(text(message));
                                return ConsumeResult.CONSUME_SUCCESS;
                            })
                    .start();
            Producer producer = broker.client.producer(ProducerSettings.of("shop"));
            producer.send(message("first").orderingKey("o-1").build());
            producer.send(message("second").orderingKey("o-1").build());
            await().atMost(PATIENCE).until(() -> attempts.get() == 1);

            // The wait begins a moment after the attempt, and nobody tells when.
            await().atMost(PATIENCE).until(() -> {
                broker.clock.advance(Duration.ofMinutes(1));
                return received.size() == 2;
            });
            assertThat(received).containsExactly("first", "second");
            assertThat(attempts).hasValue(3);
        }
    }

    @Test
    void asksForOpenTransactionsWhenTheClockIsSetForward() {
        try (TestBroker broker =
                new TestBroker(folder, properties -> properties.setTransactionTimeout(Duration.ofMinutes(5)))) {
            broker.clock.freeze();
            receive(broker);
            AtomicInteger checks = new AtomicInteger();
            TransactionProducer producer =
                    broker.client.transactionProducer(ProducerSettings.of("shop"), new TransactionListener() {
                        @Override
                        public TransactionOutcome execute(Message message, @Nullable Object argument) {
                            return TransactionOutcome.UNKNOWN;
                        }

                        @Override
                        public TransactionOutcome check(ReceivedMessage half) {
                            checks.incrementAndGet();
                            return TransactionOutcome.COMMIT;
                        }
                    });
            producer.send(message("half").build(), null);
            await().atMost(PATIENCE).until(() -> broker.figure("reliable.mq.broker.transactions.open") == 1);
            assertThat(checks).hasValue(0);

            broker.clock.advance(Duration.ofMinutes(5));
            await().atMost(PATIENCE).until(() -> received.contains("half"));
            assertThat(checks).hasValue(1);
        }
    }

    @Test
    void deletesOldMessagesWhenTheClockIsSetForward() {
        try (TestBroker broker = new TestBroker(folder, properties -> {
            properties.setSegmentBytes("1MB");
            properties.getRetention().setAge(Duration.ofHours(72));
        })) {
            broker.clock.freeze();
            Producer producer = broker.client.producer(ProducerSettings.of("shop"));
            // Random, so that it stays as large as it is.
            byte[] body = new byte[256 * 1024];
            new Random(7).nextBytes(body);
            IntStream.range(0, 12)
                    .forEach(i ->
                            producer.send(Message.builder("orders").body(body).build()));
            broker.clock.advance(Duration.ofHours(71));
            producer.send(message("younger").build());
            assertThat(broker.figure(DELETED)).isZero();

            broker.clock.advance(Duration.ofHours(2));
            await().atMost(PATIENCE).until(() -> broker.figure(DELETED) > 0);
        }
    }
}
