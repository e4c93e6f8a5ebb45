package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.RETRY;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.storedAt;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SearchOffsetRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group that wants the newest only skips what is older than its start, and nothing else. */
class StartAtTheEndTest {

    private static final Duration LONG_AGO = Duration.ofHours(1);

    private ConsumerScene scene;
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
        scene.routes().telling();
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private PushConsumer consumer() {
        return scene.client()
                .pushConsumer(settings().consumeFrom(ConsumeFrom.LAST_OFFSET).build(), message -> {
                    handled.add(text(message));
                    return ConsumeResult.CONSUME_SUCCESS;
                });
    }

    private void put(int queueId, String body, Duration age) {
        long time = System.currentTimeMillis() - age.toMillis();
        scene.broker()
                .put(
                        TOPIC,
                        queueId,
                        message -> storedAt(message, time),
                        Map.of(),
                        body.getBytes(StandardCharsets.UTF_8),
                        0);
    }

    @Test
    void skipsWhatIsOlderThanItsStart() {
        put(0, "old", LONG_AGO);
        consumer().start();
        await().until(() -> scene.offset(0) == 1);

        put(0, "new", Duration.ZERO);

        await().until(() -> scene.offset(0) == 2);
        assertThat(handled).containsExactly("new");
    }

    @Test
    void receivesATopicThatIsMadeLaterFromItsFirstMessage() {
        scene.routes().remove(TOPIC);
        PushConsumer consumer = consumer();
        consumer.start();
        await().until(() -> consumer.assignedQueues().stream()
                .anyMatch(queue -> queue.topic().equals(RETRY)));

        put(0, "m0", Duration.ZERO);
        scene.routes().put(TOPIC, scene.route(1));

        await().until(() -> scene.offset(0) == 1);
        assertThat(handled).containsExactly("m0");
    }

    @Test
    void receivesAQueueThatIsAddedLaterFromItsFirstMessage() {
        put(0, "old", LONG_AGO);
        consumer().start();
        await().until(() -> scene.offset(0) == 1);

        put(1, "m0", Duration.ZERO);
        put(1, "m1", Duration.ZERO);
        scene.routes().put(TOPIC, scene.route(2));

        await().until(() -> scene.offset(1) == 2);
        assertThat(handled).containsExactlyInAnyOrder("m0", "m1");
    }

    /** Old messages of the first look would be many; later a queue is new, and a broker's clock that is behind must not hide it. */
    @Test
    void clocksMayDifferOnceTheQueuesOfTheStartWereLookedAt() {
        assertThat(QueueBounds.allowance(Duration.ofSeconds(-1))).isZero();
        assertThat(QueueBounds.allowance(QueueBounds.FIRST_LOOK.minusMillis(1))).isZero();
        assertThat(QueueBounds.allowance(QueueBounds.FIRST_LOOK)).isEqualTo(QueueBounds.CLOCK_DIFFERENCE);
    }

    @Test
    void itsStartCountsAndNotWhenItWasMade() {
        PushConsumer consumer = consumer();
        long made = System.currentTimeMillis();
        await().pollInterval(Duration.ofMillis(1)).until(() -> System.currentTimeMillis() > made + 20);
        long before = System.currentTimeMillis();

        consumer.start();

        await().until(() -> scene.offset(0) == 0);
        Command search = scene.broker()
                .server()
                .received(RequestCode.SEARCH_OFFSET_BY_TIMESTAMP)
                .get(0);
        assertThat(SearchOffsetRequest.read(search.fields()).timestamp())
                .isGreaterThanOrEqualTo(before - QueueBounds.CLOCK_DIFFERENCE.toMillis());
    }
}
