package io.reliablemq.conformance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.protocol.message.Message;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The process of a consumer is killed with SIGKILL while it handles messages: none is lost, and few are handled again. */
@Execution(ExecutionMode.CONCURRENT)
class ConsumerKilledIT {

    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int QUEUES = 4;
    private static final int MESSAGES = 4_000;
    private static final int KILLS = 2;

    /** A divisor of the number of messages. */
    private static final int SENT_AT_ONCE = 250;

    private static final int CACHED = 32;
    private static final int PULLED = 16;

    /**
     * What one kill can cost: a queue is pulled while fewer than so many of its messages are unfinished, and while those span less
     * than twice as many; each pull tells how far the group is.
     */
    private static final int MOST_AGAIN = QUEUES * (2 * CACHED + 2 * PULLED);

    @TempDir
    Path folder;

    /** The application, of a group and a topic of one name: writes a line for each message that it has handled. */
    public static final class Application {

        public static void main(String[] arguments) throws InterruptedException {
            try (MqClient client = OurClientLibrary.client(arguments[0], "killed")) {
                PushConsumer consumer = client.pushConsumer(
                        PushConsumerSettings.builder(arguments[1])
                                .subscribe(arguments[1], "*")
                                .pullBatchSize(PULLED)
                                .cache(new CacheLimits(
                                        CACHED,
                                        CacheLimits.DEFAULT.maxBytesPerQueue(),
                                        CacheLimits.DEFAULT.maxMessages(),
                                        CacheLimits.DEFAULT.maxBytes()))
                                .build(),
                        message -> {
                            // Takes a moment, so that a kill finds some in hand.
                            new CountDownLatch(1).await(1, TimeUnit.MILLISECONDS);
                            System.out.println("handled " + new String(message.body(), UTF_8));
                            return ConsumeResult.CONSUME_SUCCESS;
                        });
                consumer.start();
                new CountDownLatch(1).await();
            }
        }
    }

    @Test
    void aKilledConsumerCostsAtMostWhatItHadInHand() {
        costsAtMostWhatItHadInHand(EmbeddedBroker.shared(), "killed-on-ours");
    }

    @Test
    void aKilledConsumerOfApachesBrokerCostsAtMostWhatItHadInHand() {
        costsAtMostWhatItHadInHand(ApacheBroker.shared(), "killed-on-apache");
    }

    private void costsAtMostWhatItHadInHand(BrokerUnderTest broker, String topic) {
        broker.createTopic(topic, QUEUES);
        List<String> handled = new ArrayList<>();
        try (MqClient client = OurClientLibrary.client(broker.nameServers(), "P-killed")) {
            Producer producer = client.producer(ProducerSettings.of("P-killed").withSendTimeout(BOUND));
            List<CompletableFuture<?>> sends = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                sends.add(producer.sendAsync(Message.of(topic, ("m" + i).getBytes(UTF_8))));
                if (sends.size() == SENT_AT_ONCE) {
                    CompletableFuture.allOf(sends.toArray(CompletableFuture[]::new))
                            .join();
                    sends.clear();
                }
            }
        }
        for (int life = 0; life <= KILLS; life++) {
            int enough = life < KILLS ? (life + 1) * MESSAGES / (KILLS + 2) : 0;
            List<String> before = List.copyOf(handled);
            try (ChildProcess application = application(broker.nameServers(), topic)) {
                await("messages are handled").atMost(BOUND).until(() -> {
                    application.requireAlive();
                    Set<String> all = new HashSet<>(before);
                    all.addAll(handledBy(application));
                    return enough > 0 ? all.size() >= enough : all.size() == MESSAGES;
                });
                application.kill();
                handled.addAll(handledBy(application));
            }
        }
        int again = handled.size() - new HashSet<>(handled).size();
        System.out.printf(
                "Killed consumers, %s: %d messages, %d of them again after %d kills%n", topic, MESSAGES, again, KILLS);
        assertThat(new HashSet<>(handled)).hasSize(MESSAGES);
        assertThat(again).isLessThanOrEqualTo(KILLS * MOST_AGAIN);
    }

    private ChildProcess application(String nameServers, String topic) {
        return ChildProcess.start(
                "killed-consumer",
                folder.resolve("application"),
                List.of(
                        ChildProcess.java(),
                        "-Xmx256m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Application.class.getName(),
                        nameServers,
                        topic));
    }

    /** Whole lines: the last one may be cut. */
    private static List<String> handledBy(ChildProcess application) {
        String output = application.output();
        return output.substring(0, output.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> line.startsWith("handled "))
                .toList();
    }
}
