package io.reliablemq.spring.test;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.Producer;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Looks into the embedded broker of a test: what came to a topic, and what a group has made of it. To be used with AssertJ:
 * {@code assertThat(mq.topic("orders")).hasReceived(1)}.
 *
 * <p>What was stored before the test began is not seen, so tests that share a broker do not see each other's messages. Looking
 * takes nothing away: consumers get their messages as if nobody looked. Thread-safe.
 */
public final class ReliableMqTestTemplate {

    /** How long assertions wait unless told otherwise. */
    public static final Duration DEFAULT_PATIENCE = Duration.ofSeconds(10);

    private static final String WAITING = "reliable.mq.broker.delayed";
    private static final Duration LONGER_THAN_ANY_RETRY = Duration.ofHours(3);
    private static final Duration LOOK_AGAIN = Duration.ofMillis(10);

    private final EmbeddedBroker broker;
    private final MqClient client;
    private final DeadLetters deadLetters;
    private final ReceivedPayloads payloads;
    private final VirtualClock clock;
    private volatile Instant begin = Instant.EPOCH;

    public ReliableMqTestTemplate(
            EmbeddedBroker broker, MqClient client, Producer producer, ReceivedPayloads payloads, VirtualClock clock) {
        this.broker = broker;
        this.client = client;
        this.deadLetters = client.deadLetters(producer);
        this.payloads = payloads;
        this.clock = clock;
    }

    /** What has come to the topic since the test began; it need not exist yet. */
    public TopicProbe topic(String topic) {
        return new TopicProbe(topic, client, payloads, begin, DEFAULT_PATIENCE);
    }

    /** What the group has made of its messages since the test began. */
    public GroupProbe group(String group) {
        Names.requireGroup(group);
        return new GroupProbe(group, this, begin, DEFAULT_PATIENCE);
    }

    /** How many messages wait for their time: delayed ones, and those that a listener gave back for another attempt. */
    public long waiting() {
        return (long) figure(WAITING, figure -> true);
    }

    /**
     * Waits until as many messages wait for their time. To be called before the clock is set forward for them: a message that
     * has not come yet begins to wait later.
     *
     * @throws AssertionError if that does not come about in time
     */
    public void awaitWaiting(long messages) {
        try {
            Awaitility.await().atMost(DEFAULT_PATIENCE).pollInterval(LOOK_AGAIN).until(() -> waiting() == messages);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "Expected " + messages + " message(s) to wait for their time, but " + waiting() + " do after "
                            + DEFAULT_PATIENCE.toSeconds() + " s",
                    e);
        }
    }

    /**
     * Sets the clock forward again and again, whenever a message waits, until the group has given up as many messages. So a
     * message goes through all its attempts in a moment.
     *
     * @throws AssertionError if that does not come about in time
     */
    public void advanceUntilGivenUp(String group, int messages) {
        GroupProbe probe = group(group);
        try {
            Awaitility.await()
                    .atMost(DEFAULT_PATIENCE.multipliedBy(2))
                    .pollInterval(LOOK_AGAIN)
                    .until(() -> {
                        if (waiting() > 0) {
                            clock.advance(LONGER_THAN_ANY_RETRY);
                        }
                        return probe.deadLetters().size() >= messages;
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "Expected group '" + group + "' to give up " + messages + " message(s), but it has given up "
                            + probe.deadLetters().size() + ", and " + waiting() + " wait(s) for another attempt",
                    e);
        }
    }

    /** From now on only what comes later is seen. Called before every test. */
    public void begin() {
        // Stamps never run backwards, so whatever was stored before has an older one.
        clock.advance(Duration.ofMillis(1));
        begin = clock.instant();
    }

    DeadLetters deadLetters() {
        return deadLetters;
    }

    /** Messages that the group has not finished, those included that wait for another attempt. */
    long unfinished(String group) {
        // In this order: what goes from the topic to the retries meanwhile is counted twice, and not left out.
        long first = (long) figure(
                "reliable.mq.broker.group.lag",
                figure -> group.equals(figure.tags().get("group")));
        return first + broker.retrying(group);
    }

    private double figure(String name, Predicate<Figure> wanted) {
        return broker.figures().stream()
                .filter(figure -> figure.name().equals(name))
                .filter(wanted)
                .mapToDouble(Figure::value)
                .sum();
    }
}
