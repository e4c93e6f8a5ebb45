package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.GROUP;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.command.RequestCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BroadcastConsumerTest {

    @TempDir
    Path folder;

    private ConsumerScene scene;
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(2);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private PushConsumerSettings.Builder broadcasting(String member) {
        return settings()
                .broadcasting(folder.resolve(member))
                .retries(RetrySettings.of(2).withDelays(List.of(Duration.ofMillis(30))));
    }

    private PushConsumer consume(MqClient client, PushConsumerSettings settings, MessageHandler handler) {
        PushConsumer consumer = client.pushConsumer(settings, handler);
        consumer.start();
        return consumer;
    }

    private MessageHandler recording(String member) {
        return message -> {
            handled.add(member + ":" + text(message));
            return ConsumeResult.CONSUME_SUCCESS;
        };
    }

    @Test
    void everyMemberGetsEveryMessageAndGoesOnWhereItWasAfterARestart() {
        PushConsumer one = consume(scene.client(), broadcasting("one").build(), recording("one"));
        consume(scene.client(), broadcasting("two").build(), recording("two"));
        scene.put(0, "m0");
        scene.put(1, "m1");

        await().until(() -> handled.size() == 4);
        assertThat(handled).containsExactlyInAnyOrder("one:m0", "one:m1", "two:m0", "two:m1");
        one.close();
        scene.put(0, "m2");
        await().until(() -> handled.contains("two:m2"));
        handled.clear();

        consume(scene.client(), broadcasting("one").build(), recording("one again"));

        await().until(() -> !handled.isEmpty());
        assertThat(handled).containsExactly("one again:m2");
        assertThat(scene.offset(0)).as("offset in the broker").isEqualTo(-1);
        assertThat(scene.broker().server().received(RequestCode.CONSUMER_SEND_MESSAGE_BACK))
                .isEmpty();
    }

    @Test
    void aFailedMessageIsRetriedHereAndThenReportedAndOnlyThenPassed() {
        List<String> givenUp = new CopyOnWriteArrayList<>();
        AtomicInteger calls = new AtomicInteger();
        ConsumerEvents events = new ConsumerEvents() {
            @Override
            public void givenUp(ReceivedMessage message, int attempts, @Nullable Throwable error) {
                if (calls.incrementAndGet() == 1) {
                    throw new IllegalStateException("the outbox is full");
                }
                givenUp.add(text(message) + " after " + attempts + ": " + (error == null ? "" : error.getMessage()));
            }
        };
        scene.put(0, "poison", "m1");
        PushConsumer consumer =
                consume(scene.client(), broadcasting("one").events(events).build(), message -> {
                    handled.add(text(message) + message.reconsumeTimes());
                    if (text(message).equals("poison")) {
                        throw new IllegalStateException("no");
                    }
                    return ConsumeResult.CONSUME_SUCCESS;
                });

        await().until(() -> calls.get() == 1);
        assertThat(consumer.figures().cachedMessages()).isEqualTo(1);
        await().until(() -> !givenUp.isEmpty());
        assertThat(givenUp).containsExactly("poison after 3: no");
        assertThat(handled).containsExactlyInAnyOrder("poison0", "m10", "poison1", "poison2");
        await().until(() -> consumer.figures().cachedMessages() == 0);
    }

    @Test
    void refusesAFolderThatAnotherOneUses() {
        consume(scene.client(), broadcasting("one").build(), recording("one"));
        MqClient other = scene.client();

        assertThatThrownBy(() -> other.pushConsumer(broadcasting("one").build(), recording("two")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(folder.resolve("one").toString());
    }

    @Test
    void refusesADamagedFile() throws Exception {
        scene.put(0, "m0");
        PushConsumer one = consume(scene.client(), broadcasting("one").build(), recording("one"));
        await().until(() -> handled.size() == 1);
        one.close();
        Path file = folder.resolve("one").resolve("offsets");
        String text = Files.readString(file);
        assertThat(text).contains("1 0 broker-a " + TOPIC);
        Files.writeString(file, text.replace("1 0 broker-a", "7 0 broker-a"));
        MqClient client = scene.client();

        assertThatThrownBy(() -> client.pushConsumer(broadcasting("one").build(), recording("one")))
                .hasMessageContaining("damaged");
    }

    @Test
    void needsAFolder() {
        assertThatThrownBy(() -> PushConsumerSettings.builder(GROUP)
                        .subscribe(TOPIC, "*")
                        .broadcasting(null)
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("offsetFolder");
    }
}
