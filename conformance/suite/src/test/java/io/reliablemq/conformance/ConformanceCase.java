package io.reliablemq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.ApacheBroker;
import io.reliablemq.conformance.broker.BrokerUnderTest;
import io.reliablemq.conformance.broker.EmbeddedBroker;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.LocalTransactions;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.port.TransactionSender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A topic of four queues and a group for each case, so that cases do not see each other's messages although they share a
 * broker; and the clients that a case opens, closed at its end.
 *
 * <p>A case spends nearly all of its time waiting, for delays, retries and shares of queues: so many run at the same time.
 */
@Execution(ExecutionMode.CONCURRENT)
abstract class ConformanceCase {

    static final int QUEUES = 4;
    static final Duration DELIVERY_BOUND = Duration.ofSeconds(40);
    private static final AtomicInteger CASES = new AtomicInteger();

    private final List<AutoCloseable> opened = new ArrayList<>();
    private String topic = "";
    private String group = "";

    abstract BrokerUnderTest broker();

    /** Before any case has begun: a start takes all of the processors, and clients lose patience then. */
    @BeforeAll
    static void startBrokers() {
        EmbeddedBroker.shared();
        ApacheBroker.shared();
    }

    @BeforeEach
    void nameTopicAndGroup(TestInfo test) {
        String name = test.getTestMethod().orElseThrow().getName() + "-"
                + getClass().getSimpleName() + "-" + CASES.incrementAndGet();
        topic = "T-" + name;
        group = "G-" + name;
        broker().createTopic(topic, QUEUES);
    }

    @AfterEach
    void closeClients() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    final Sender sender(ClientLibrary client) {
        Sender sender = client.sender(broker().nameServers(), "P-" + group);
        opened.add(sender);
        return sender;
    }

    final TransactionSender transactionSender(ClientLibrary client, LocalTransactions transactions) {
        TransactionSender sender = client.transactionSender(broker().nameServers(), "TX-" + group, transactions);
        opened.add(sender);
        return sender;
    }

    final Receiver receiver(ClientLibrary client, Recorder recorder) {
        return receiver(client, Subscription.of(group, topic), recorder);
    }

    final Receiver receiver(ClientLibrary client, Subscription subscription, Recorder recorder) {
        Receiver receiver = client.receiver(broker().nameServers(), subscription, recorder);
        opened.add(receiver);
        return receiver;
    }

    /** Closes it before the end of the case. */
    final void close(AutoCloseable client) throws Exception {
        opened.remove(client);
        client.close();
    }

    final String topic() {
        return topic;
    }

    final String group() {
        return group;
    }

    final OutgoingMessage message(String body) {
        return OutgoingMessage.of(topic, body.getBytes(UTF_8));
    }

    static void awaitDeliveries(Recorder recorder, int count) {
        await(count + " deliveries")
                .atMost(DELIVERY_BOUND)
                .untilAsserted(() -> assertThat(recorder.deliveries()).hasSizeGreaterThanOrEqualTo(count));
    }

    static Set<String> bodies(String prefix, int count) {
        return IntStream.range(0, count).mapToObj(i -> prefix + i).collect(Collectors.toSet());
    }

    static Set<String> union(Set<String> one, Set<String> other) {
        Set<String> both = new HashSet<>(one);
        both.addAll(other);
        return both;
    }

    static Map<String, IncomingMessage> byBody(Recorder recorder) {
        return recorder.deliveries().stream()
                .collect(Collectors.toMap(m -> new String(m.body(), UTF_8), Function.identity()));
    }

    static Set<String> positionsSent(List<Receipt> receipts) {
        return receipts.stream()
                .map(r -> String.join(
                        " ",
                        r.messageId(),
                        r.offsetMessageId(),
                        r.brokerName(),
                        Integer.toString(r.queueId()),
                        Long.toString(r.queueOffset())))
                .collect(Collectors.toSet());
    }

    static Set<String> positionsReceived(Recorder recorder) {
        return recorder.deliveries().stream()
                .map(m -> String.join(
                        " ",
                        m.messageId(),
                        m.offsetMessageId(),
                        m.brokerName(),
                        Integer.toString(m.queueId()),
                        Long.toString(m.queueOffset())))
                .collect(Collectors.toSet());
    }
}
