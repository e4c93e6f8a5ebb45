package io.reliablemq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.conformance.broker.KillableBroker;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.protocol.message.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What our producer does with messages while the only broker is out. One case, since a start takes some seconds. */
abstract class BrokerOutSuite {

    private static final String TOPIC = "out";
    private static final List<String> KEYS = List.of("a", "b");
    private static final int PER_KEY = 10;
    private static final Duration BOUND = Duration.ofSeconds(60);

    /** So that a broker which was just started is not taken for one that is out. */
    private static final ProducerSettings SETTINGS =
            ProducerSettings.of("P-out").withSendTimeout(BOUND);

    /** All attempts have failed by then, since nobody listens. */
    private static final Duration ENOUGH = Duration.ofSeconds(2);

    @TempDir
    Path folder;

    private final Map<String, List<String>> byKey = new ConcurrentHashMap<>();

    /** Not started. */
    abstract KillableBroker broker(Path where);

    @Test
    void theHandlerGetsTheMessageAndWhatIsAcceptedLocallyIsSentInOrderWhenTheBrokerIsBack() throws Exception {
        try (KillableBroker broker = broker(folder);
                MqClient client = OurClientLibrary.client(startedWithTopic(broker), "out")) {
            JournalSettings journal = new JournalSettings(
                    folder.resolve("journal"),
                    SETTINGS,
                    JournalSettings.of(folder, "P-out").maxBytes(),
                    Duration.ofMillis(100),
                    Duration.ofSeconds(1));
            StoreAndForward forwarding = client.storeAndForward(journal);
            Producer producer = client.producer(SETTINGS, forwarding);
            KEYS.forEach(key -> assertThat(send(producer, key, "first", BOUND)).isEqualTo(SendStatus.SEND_OK));

            broker.kill();
            assertHandlerIsTold(client);
            for (int i = 0; i < PER_KEY; i++) {
                for (String key : KEYS) {
                    assertThat(send(producer, key, "m" + i, ENOUGH)).isEqualTo(SendStatus.ACCEPTED_LOCALLY);
                }
            }
            assertThat(forwarding.waiting()).isEqualTo(KEYS.size() * PER_KEY);

            broker.start();
            await("the journal is empty").atMost(BOUND).until(() -> forwarding.waiting() == 0);
            KEYS.forEach(key -> assertThat(send(producer, key, "last", BOUND)).isEqualTo(SendStatus.SEND_OK));
            assertReceivedInOrder(client);
        }
    }

    private static String startedWithTopic(KillableBroker broker) {
        broker.start();
        broker.createTopic(TOPIC, 2);
        return broker.nameServers();
    }

    private static SendStatus send(Producer producer, String key, String body, Duration timeout) {
        Message message = Message.builder(TOPIC)
                .orderingKey(key)
                .property("key", key)
                .body(body.getBytes(UTF_8))
                .build();
        return producer.send(message, timeout).status();
    }

    private static void assertHandlerIsTold(MqClient client) {
        Queue<SendFailedException> told = new ConcurrentLinkedQueue<>();
        Producer producer = client.producer(SETTINGS, failure -> {
            told.add(failure);
            return SendFailureHandler.Compensation.FAILED;
        });

        SendFailedException thrown = catchThrowableOfType(
                SendFailedException.class,
                () -> producer.send(Message.of(TOPIC, "nobody takes it".getBytes(UTF_8)), ENOUGH));

        assertThat(told).containsExactly(thrown);
        assertThat(thrown.sentMessage().uniqueId()).isNotEmpty();
        assertThat(new String(thrown.sentMessage().body(), UTF_8)).isEqualTo("nobody takes it");
        assertThat(thrown.attempts())
                .hasSizeGreaterThan(1)
                .noneMatch(attempt -> attempt.outcome() == Attempt.Outcome.SEND_OK);
        assertThat(thrown.isRefusedForGood()).isFalse();
    }

    private void assertReceivedInOrder(MqClient client) {
        PushConsumer consumer = client.pushConsumer(
                PushConsumerSettings.builder("G-out")
                        .subscribe(TOPIC, "*")
                        .consumeMode(ConsumeMode.ORDERLY)
                        .build(),
                message -> {
                    List<String> bodies = byKey.computeIfAbsent(
                            String.valueOf(message.property("key")), any -> new CopyOnWriteArrayList<>());
                    String body = new String(message.body(), UTF_8);
                    // Apache's broker keeps a repetition of what it holds, where the answer to the first came late.
                    if (bodies.isEmpty() || !bodies.get(bodies.size() - 1).equals(body)) {
                        bodies.add(body);
                    }
                    return ConsumeResult.CONSUME_SUCCESS;
                });
        consumer.start();
        List<String> expected = List.of("first", "m0", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "m9", "last");
        await("all of each key")
                .atMost(BOUND)
                .untilAsserted(() -> assertThat(byKey)
                        .hasSize(KEYS.size())
                        .allSatisfy((key, bodies) -> assertThat(bodies).contains("last")));
        assertThat(byKey).allSatisfy((key, bodies) -> assertThat(bodies).containsExactlyElementsOf(expected));
    }
}
