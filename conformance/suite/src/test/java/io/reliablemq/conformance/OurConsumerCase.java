package io.reliablemq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.protocol.message.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** The clients that a case of our consumers opens, closed at its end, and what they have handled. */
abstract class OurConsumerCase extends ConformanceCase {

    private static final AtomicInteger INSTANCES = new AtomicInteger();

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    final ConcurrentLinkedQueue<String> handled = new ConcurrentLinkedQueue<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    final MqClient client() {
        MqClient client = MqClient.create(ClientSettings.of(
                        broker().nameServers().split(";"))
                .withInstanceName("consumer-" + ProcessHandle.current().pid() + "-" + INSTANCES.incrementAndGet()));
        open.add(client);
        return client;
    }

    final PushConsumerSettings.Builder settings() {
        return PushConsumerSettings.builder(group())
                .subscribe(topic(), "*")
                .commitInterval(Duration.ofMillis(500))
                .retries(RetrySettings.of(2).withDelays(List.of(Duration.ofMillis(100))));
    }

    final PushConsumer consume(PushConsumerSettings settings, MessageHandler handler) {
        PushConsumer consumer = client().pushConsumer(settings, handler);
        consumer.start();
        return consumer;
    }

    final Producer producer() {
        return client().producer(ProducerSettings.of("P-" + group()));
    }

    static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    static String text(ReceivedMessage message) {
        return new String(message.body(), UTF_8);
    }

    final ConsumeResult record(ReceivedMessage message) {
        handled.add(text(message));
        return ConsumeResult.CONSUME_SUCCESS;
    }

    final ConsumeResult recordWithAttempt(ReceivedMessage message) {
        handled.add(text(message) + "/" + message.reconsumeTimes());
        return ConsumeResult.CONSUME_SUCCESS;
    }

    final void awaitHandled(int count) {
        await(count + " messages")
                .atMost(DELIVERY_BOUND)
                .untilAsserted(() -> assertThat(handled).hasSizeGreaterThanOrEqualTo(count));
    }

    /** Queues of the case's topic, to send to. */
    final List<SendQueue> sendQueues(Producer producer) {
        return producer.queues(topic()).stream()
                .sorted(Comparator.comparingInt(SendQueue::queueId))
                .toList();
    }

    /** How far the group is, as its broker says. */
    final long committed(SendQueue queue) {
        return broker().administration().committedOffset(group(), queue.brokerName(), topic(), queue.queueId());
    }

    final Message ours(String body) {
        return Message.of(topic(), bytes(body));
    }

    static List<String> names(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).toList();
    }

    final Set<Queue> queuesOf(PushConsumer consumer) {
        return consumer.assignedQueues().stream()
                .filter(queue -> queue.topic().equals(topic()))
                .collect(Collectors.toSet());
    }

    static List<ReceivedMessage> poll(PullConsumer consumer, int count) throws InterruptedException {
        List<ReceivedMessage> all = new ArrayList<>();
        long end = System.nanoTime() + DELIVERY_BOUND.toNanos();
        while (all.size() < count && System.nanoTime() - end < 0) {
            all.addAll(consumer.poll(Duration.ofMillis(200)));
        }
        return all;
    }
}
