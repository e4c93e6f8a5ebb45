package io.reliablemq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Compression;
import io.reliablemq.client.api.Compression.Format;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RecallFailedException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What our producer offers beyond what all client libraries do, on both brokers. */
abstract class ProducingSuite extends ConformanceCase {

    private final OurClientLibrary library = new OurClientLibrary();
    private MqClient client;

    @BeforeEach
    void openClient() {
        client = OurClientLibrary.client(broker().nameServers(), group());
    }

    @AfterEach
    void closeClient() {
        client.close();
    }

    final MqClient client() {
        return client;
    }

    final Producer producer() {
        return client.producer(ProducerSettings.of("P-" + group()));
    }

    final Message ours(String body) {
        return Message.of(topic(), body.getBytes(UTF_8));
    }

    final Recorder received() {
        Recorder recorder = Recorder.succeeding();
        receiver(library, recorder);
        return recorder;
    }

    @Test
    void aBatchThatIsTooLargeIsCutAndEachMessageIsWhereItsReceiptSays() {
        Producer small = client.producer(ProducerSettings.of("P-" + group()).withMaxMessageBytes(2_000));
        List<Message> messages = IntStream.range(0, 30)
                .mapToObj(i -> ours("batch-" + i + "-" + "x".repeat(300)))
                .toList();

        List<SendReceipt> receipts = small.sendBatch(messages);

        Recorder recorder = received();
        awaitDeliveries(recorder, 30);
        assertThat(recorder.deliveries()).hasSize(30);
        for (IncomingMessage message : recorder.deliveries()) {
            SendReceipt receipt = receipts.stream()
                    .filter(each -> each.messageId().equals(message.messageId()))
                    .findFirst()
                    .orElseThrow();
            assertThat(message.queueId()).isEqualTo(receipt.queueId());
            assertThat(message.queueOffset()).isEqualTo(receipt.queueOffset());
            assertThat(receipt.offsetMessageId()).isIn("", message.offsetMessageId());
        }
    }

    @Test
    void asynchronousSendsOfAKeyStandInOneQueueInOrder() throws Exception {
        Producer producer = producer();
        List<CompletableFuture<SendReceipt>> sent = IntStream.range(0, 100)
                .mapToObj(i -> producer.sendAsync(Message.builder(topic())
                        .orderingKey("key-" + i % 2)
                        .body((i % 2 + ":" + i).getBytes(UTF_8))
                        .build()))
                .toList();
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);

        Recorder recorder = received();
        awaitDeliveries(recorder, 100);
        for (String key : List.of("0", "1")) {
            List<IncomingMessage> inQueue = recorder.deliveries().stream()
                    .filter(message -> new String(message.body(), UTF_8).startsWith(key + ":"))
                    .sorted(Comparator.comparingLong(IncomingMessage::queueOffset))
                    .toList();
            assertThat(inQueue)
                    .extracting(IncomingMessage::queueId)
                    .containsOnly(inQueue.get(0).queueId());
            List<Integer> numbers = inQueue.stream()
                    .map(message -> Integer.valueOf(new String(message.body(), UTF_8).substring(2)))
                    .toList();
            assertThat(numbers).hasSize(50).isSorted();
        }
    }

    @Test
    void theChosenQueueGetsTheMessage() {
        Producer producer = producer();
        List<SendQueue> queues = producer.queues(topic());
        assertThat(queues).hasSize(QUEUES);

        for (SendQueue queue : queues) {
            assertThat(producer.send(ours("to-" + queue.queueId()), queue).queueId())
                    .isEqualTo(queue.queueId());
        }

        Recorder recorder = received();
        awaitDeliveries(recorder, QUEUES);
        byBody(recorder).forEach((body, message) -> assertThat(body).isEqualTo("to-" + message.queueId()));
    }

    @ParameterizedTest
    @EnumSource(Format.class)
    void compressedBodiesArriveInOurClientAndInTheOfficialOne(Format format) {
        Producer producer =
                client.producer(ProducerSettings.of("P-" + group()).withCompression(new Compression(format, 100)));
        String body = "compress me ".repeat(2_000);
        producer.send(ours(body));

        Recorder recorder = received();
        awaitDeliveries(recorder, 1);
        assertThat(recorder.bodies()).containsExactly(body);
        Recorder official = Recorder.succeeding();
        receiver(OfficialPeer.clientLibrary(), Subscription.of(group() + "-official", topic()), official);
        awaitDeliveries(official, 1);
        assertThat(official.bodies()).containsExactly(body);
    }

    @Test
    void aMessageThatWasCalledBackIsNotDelivered() {
        Producer producer = producer();
        Recorder recorder = received();
        SendReceipt back = producer.send(delayed("called back", 5));
        producer.send(delayed("stays", 5));
        String handle = String.valueOf(back.recallHandle());

        // Apache's broker finds a message to call back only once its timer wheel has taken it in.
        await("the recall")
                .atMost(Duration.ofSeconds(3))
                .ignoreExceptions()
                .until(() -> producer.recall(topic(), handle).equals(back.messageId()));

        awaitDeliveries(recorder, 1);
        producer.send(delayed("last", 1));
        awaitDeliveries(recorder, 2);
        assertThat(recorder.bodies()).containsExactlyInAnyOrder("stays", "last");
        assertThatThrownBy(() -> producer.recall(topic(), handle)).isInstanceOf(RecallFailedException.class);
    }

    private Message delayed(String body, int seconds) {
        return Message.builder(topic())
                .body(body.getBytes(UTF_8))
                .deliverAfter(Duration.ofSeconds(seconds))
                .build();
    }

    @Test
    void aRequestIsAnsweredByAConsumer() throws Exception {
        try (MqClient answering = OurClientLibrary.client(broker().nameServers(), group() + "-answering")) {
            Producer replies = answering.producer(ProducerSettings.of("R-" + group()));
            PushConsumer consumer =
                    answering.pushConsumer(PushConsumerSettings.of(group(), Map.of(topic(), "*")), request -> {
                        replies.reply(request, ("re: " + new String(request.body(), UTF_8)).getBytes(UTF_8));
                        return ConsumeResult.CONSUME_SUCCESS;
                    });
            consumer.start();
            Producer asking = producer();

            List<CompletableFuture<ReceivedMessage>> asked = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                asked.add(asking.requestAsync(ours("question-" + i), Duration.ofSeconds(30)));
            }

            for (int i = 0; i < 10; i++) {
                ReceivedMessage reply = asked.get(i).get(40, TimeUnit.SECONDS);
                assertThat(new String(reply.body(), UTF_8)).isEqualTo("re: question-" + i);
            }
        }
    }

    @Test
    void aPriorityIsTheNumberOfTheQueueAndTravelsWithItsMessage() {
        Producer producer = producer();
        Map<String, Integer> queues = new HashMap<>();
        for (int priority : List.of(0, 1, 2, 3, 9)) {
            String body = Integer.toString(priority);
            SendReceipt receipt = producer.send(Message.builder(topic())
                    .priority(priority)
                    .body(body.getBytes(UTF_8))
                    .build());
            queues.put(body, receipt.queueId());
        }

        assertThat(queues).isEqualTo(Map.of("0", 0, "1", 1, "2", 2, "3", 3, "9", QUEUES - 1));
        Recorder recorder = received();
        awaitDeliveries(recorder, 5);
        assertThat(recorder.deliveries()).allSatisfy(message -> {
            String body = new String(message.body(), UTF_8);
            assertThat(message.property("_SYS_MSG_PRIORITY_")).isEqualTo(body);
            assertThat(message.queueId()).isEqualTo(queues.get(body));
        });
    }

    @Test
    void aMessageThatKeepsItsOrderStaysWithItsKeyWhateverItsPriority() {
        Producer producer = producer();
        Set<Integer> queues = new HashSet<>();
        for (int priority = 0; priority < QUEUES; priority++) {
            queues.add(producer.send(Message.builder(topic())
                            .orderingKey("the-key")
                            .priority(priority)
                            .body("in order".getBytes(UTF_8))
                            .build())
                    .queueId());
        }

        assertThat(queues).hasSize(1);
    }
}
