package io.reliablemq.conformance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RecallFailedException;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Messages that the broker has, and is to deliver later or never: of transactions, and with a time, some of them called back. Knows
 * what is to come of each, and what has come. Threads may send at once.
 */
final class PromisedMessages implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(120);

    /** Longer than a broker takes to come back. */
    private static final Duration SEND_TIMEOUT = Duration.ofSeconds(60);

    private final String topic;
    private final MqClient client;
    private final PushConsumer consumer;
    private final TransactionProducer transactions;
    private final Producer producer;

    private final AtomicInteger next = new AtomicInteger();

    /** Bodies of messages that have to come, and of those that must not. */
    private final Set<String> due = ConcurrentHashMap.newKeySet();

    private final Set<String> never = ConcurrentHashMap.newKeySet();
    private final Set<String> either = ConcurrentHashMap.newKeySet();

    /** By body: the places in the log. A consumer may receive one copy again; a second copy has a place of its own. */
    private final Map<String, Set<String>> received = new ConcurrentHashMap<>();

    /** Local transactions that have run. */
    private final Set<String> begun = ConcurrentHashMap.newKeySet();

    private final AtomicInteger questions = new AtomicInteger();

    PromisedMessages(String nameServers, String topic) {
        this.topic = topic;
        this.client = OurClientLibrary.client(nameServers, "promised");
        this.producer = client.producer(ProducerSettings.of("P-promised").withSendTimeout(SEND_TIMEOUT));
        this.transactions = client.transactionProducer(
                ProducerSettings.of("TX-promised").withSendTimeout(SEND_TIMEOUT), new Local());
        this.consumer = client.pushConsumer(PushConsumerSettings.of("G-promised", Map.of(topic, "*")), message -> {
            received.computeIfAbsent(body(message), body -> ConcurrentHashMap.newKeySet())
                    .add(message.brokerName() + "/" + message.queueId() + "/" + message.queueOffset());
            return ConsumeResult.CONSUME_SUCCESS;
        });
        consumer.start();
    }

    private static String body(ReceivedMessage message) {
        return new String(message.body(), UTF_8);
    }

    /** What the body says is to become of the transaction. */
    private final class Local implements TransactionListener {

        @Override
        public TransactionOutcome execute(Message message, @Nullable Object argument) {
            String body = new String(message.body(), UTF_8);
            begun.add(body);
            (commits(body) ? due : never).add(body);
            return body.contains("asked") ? TransactionOutcome.UNKNOWN : outcome(body);
        }

        @Override
        public TransactionOutcome check(ReceivedMessage half) {
            questions.incrementAndGet();
            String body = body(half);
            if (!begun.contains(body)) {
                never.add(body);
                return TransactionOutcome.ROLLBACK;
            }
            return outcome(body);
        }
    }

    private static boolean commits(String body) {
        return body.contains("commit");
    }

    private static TransactionOutcome outcome(String body) {
        return commits(body) ? TransactionOutcome.COMMIT : TransactionOutcome.ROLLBACK;
    }

    /** One message of each kind of transaction: told or asked for, committed or rolled back. @return how many were taken */
    int sendTransactions() {
        int taken = 0;
        for (String kind : new String[] {"told-commit", "told-rollback", "asked-commit", "asked-rollback"}) {
            try {
                transactions.send(Message.of(topic, (kind + "-" + next.getAndIncrement()).getBytes(UTF_8)), null);
                taken++;
            } catch (SendFailedException brokerIsAway) {
                // The local transaction has not run. If the broker holds the message all the same, it will ask.
            }
        }
        return taken;
    }

    /** A message with a time. @return what it can be called back with */
    String sendDelayed(Duration delay) {
        String body = "delayed-" + next.getAndIncrement();
        SendReceipt receipt = producer.send(Message.builder(topic)
                .body(body.getBytes(UTF_8))
                .deliverAfter(delay)
                .build());
        due.add(body);
        return body + " " + Objects.requireNonNull(receipt.recallHandle());
    }

    /** Calls the message back. Where the broker does not say that it is, it may come or not: its time may be over. */
    void recall(String delayed) {
        int blank = delayed.indexOf(' ');
        String body = delayed.substring(0, blank);
        due.remove(body);
        try {
            producer.recall(topic, delayed.substring(blank + 1));
            never.add(body);
        } catch (RecallFailedException tooLateOrUnknown) {
            either.add(body);
        }
    }

    int questions() {
        return questions.get();
    }

    /** Everything that is due has come, each once, and nothing else. */
    void awaitAll() {
        await("all that is due")
                .atMost(BOUND)
                .untilAsserted(() -> assertThat(received.keySet()).containsAll(due));
        Set<String> wrong = new HashSet<>(received.keySet());
        wrong.removeAll(due);
        wrong.removeAll(either);
        System.out.printf(
                "Promised messages: due %d, received %d, never to come %d, either %d, questions %d%n",
                due.size(), received.size(), never.size(), either.size(), questions.get());
        assertThat(wrong).as("rolled back, called back or unknown").isEmpty();
        assertThat(received).allSatisfy((body, places) -> assertThat(places).hasSize(1));
    }

    @Override
    public void close() {
        client.close();
    }
}
