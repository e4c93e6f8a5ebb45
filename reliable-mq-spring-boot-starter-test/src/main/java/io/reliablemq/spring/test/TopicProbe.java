package io.reliablemq.spring.test;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.PullConsumer;
import io.reliablemq.client.api.PullConsumerSettings;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.ReceivedMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.assertj.core.api.AssertProvider;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Reads what has come to a topic since the test began, in the order in which it was stored. Made by
 * {@link ReliableMqTestTemplate#topic}. Immutable; reading waits for the broker.
 */
public final class TopicProbe implements AssertProvider<TopicAssert> {

    private static final String READER = "reliable-mq-test";
    private static final int MAX_TEXT = 200;
    private static final Duration LOOK_FOR_TOPIC_AGAIN = Duration.ofMillis(50);

    private final String topic;
    private final MqClient client;
    private final ReceivedPayloads payloads;
    private final Instant since;
    private final Duration patience;

    TopicProbe(String topic, MqClient client, ReceivedPayloads payloads, Instant since, Duration patience) {
        this.topic = topic;
        this.client = client;
        this.payloads = payloads;
        this.since = since;
        this.patience = patience;
    }

    /** Everything that is kept, also what came before the test began. */
    public TopicProbe fromTheBeginning() {
        return new TopicProbe(topic, client, payloads, Instant.EPOCH, patience);
    }

    /** Waits no longer than that for what is expected. */
    public TopicProbe within(Duration duration) {
        return new TopicProbe(topic, client, payloads, since, duration);
    }

    /** What is there now; nothing if there is no such topic. */
    public List<ReceivedMessage> messages() {
        return await(messages -> true, Duration.ZERO);
    }

    /** The payloads of what is there now, as a listener would get them. */
    public <T> List<T> payloads(Class<T> type) {
        return messages().stream().map(message -> payloads.read(message, type)).toList();
    }

    /** Waits until as many messages are there, and returns all that are, or those that are after the time. */
    public List<ReceivedMessage> awaitMessages(int count) {
        return await(messages -> messages.size() >= count, patience);
    }

    @Override
    public TopicAssert assertThat() {
        return new TopicAssert(this);
    }

    String topic() {
        return topic;
    }

    Duration patience() {
        return patience;
    }

    <T> T payload(ReceivedMessage message, Class<T> type) {
        return payloads.read(message, type);
    }

    /** Reads until the condition holds for what is there, or the time is over. Returns what is there then. */
    List<ReceivedMessage> await(Predicate<List<ReceivedMessage>> condition, Duration atMost) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try (PullConsumer consumer =
                client.pullConsumer(PullConsumerSettings.of(READER).withAutoCommit(false))) {
            List<ReceivedMessage> seen = new ArrayList<>();
            if (!assign(consumer, atMost)) {
                return seen;
            }
            long toCome = available(consumer);
            while (toCome > 0 || !condition.test(seen)) {
                long left = deadline - System.nanoTime();
                // What is there already is read to its end, however long that takes.
                if (left <= 0 && toCome <= 0) {
                    break;
                }
                List<ReceivedMessage> next =
                        consumer.poll(toCome > 0 ? ReliableMqTestTemplate.DEFAULT_PATIENCE : Duration.ofNanos(left));
                if (next.isEmpty() && toCome > 0) {
                    throw new IllegalStateException("The broker did not hand out the messages of topic '" + topic
                            + "' within " + ReliableMqTestTemplate.DEFAULT_PATIENCE.toSeconds() + " s");
                }
                toCome -= next.size();
                next.stream()
                        .filter(message -> !message.storedAt().isBefore(since))
                        .forEach(seen::add);
                seen.sort(Comparator.comparing(ReceivedMessage::storedAt).thenComparing(TopicProbe::position));
            }
            return List.copyOf(seen);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while looking at topic '" + topic + "'", e);
        }
    }

    /** @return false if there is no topic in time */
    private boolean assign(PullConsumer consumer, Duration atMost) {
        Set<Queue> queues = queues(consumer);
        if (queues.isEmpty() && !atMost.isZero()) {
            try {
                queues = Awaitility.await()
                        .atMost(atMost)
                        .pollDelay(Duration.ZERO)
                        .pollInterval(LOOK_FOR_TOPIC_AGAIN)
                        .until(() -> queues(consumer), found -> !found.isEmpty());
            } catch (ConditionTimeoutException e) {
                return false;
            }
        }
        consumer.assign(queues);
        return !queues.isEmpty();
    }

    private Set<Queue> queues(PullConsumer consumer) {
        try {
            return consumer.queues(topic);
        } catch (IllegalStateException e) {
            if (e.getCause() != null) {
                throw e;
            }
            // No name server knows the topic.
            return Set.of();
        }
    }

    private static long available(PullConsumer consumer) {
        long messages = 0;
        for (Queue queue : consumer.assignment()) {
            consumer.seekToEnd(queue);
            long end = consumer.position(queue);
            consumer.seekToBeginning(queue);
            messages += end - consumer.position(queue);
        }
        return messages;
    }

    /** Where it stands in the log of the broker, which ends the id of every stored message. */
    private static String position(ReceivedMessage message) {
        String id = message.offsetMessageId();
        return id.substring(Math.max(0, id.length() - 16));
    }

    static String describe(ReceivedMessage message) {
        String body = new String(message.body(), StandardCharsets.UTF_8);
        return "message " + message.messageId() + (message.tag() == null ? "" : " with tag '" + message.tag() + "'")
                + (message.keys() == null ? "" : " and keys '" + message.keys() + "'") + ": "
                + (body.length() > MAX_TEXT ? body.substring(0, MAX_TEXT) + "…" : body);
    }
}
