package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.DEAD;
import static io.reliablemq.client.testing.ConsumerScene.RETRY;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.client.testing.ConsumerScene;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An exception of a listener that cannot even say what it is about: its message is retried and given up as any other. */
class FailingErrorsTest {

    @TempDir
    Path folder;

    private ConsumerScene scene;

    /** As one that names an entity whose session is closed. */
    private static final class SpeechlessException extends RuntimeException {
        @Override
        public String getMessage() {
            throw new IllegalStateException("no session");
        }
    }

    private static final MessageHandler FAILS_ON_M0 = message -> {
        if (text(message).equals("m0")) {
            throw new SpeechlessException();
        }
        return ConsumeResult.CONSUME_SUCCESS;
    };

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
        scene.routes().put(DEAD, scene.route(1));
        scene.put(0, "m0", "m1");
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    @Test
    void isRetried() {
        scene.client()
                .pushConsumer(settings().maxReconsumeTimes(1).build(), FAILS_ON_M0)
                .start();

        await().until(() -> scene.offset(0) == 2);
        await().until(() -> scene.broker().messages(DEAD, 0).size() == 1);
        assertThat(scene.broker().messages(RETRY, 0)).hasSize(1);
    }

    @Test
    void isADeadLetterAtOnceWhereItsKindSaysSo() {
        scene.client()
                .pushConsumer(
                        settings()
                                .retries(new RetrySettings(2, List.of(), Set.of(SpeechlessException.class)))
                                .build(),
                        FAILS_ON_M0)
                .start();

        await().until(() -> scene.broker().messages(DEAD, 0).size() == 1);
        await().until(() -> scene.offset(0) == 2);
    }

    @Test
    void doesNotStopAQueueThatIsHandledInOrder() {
        scene.client()
                .pushConsumer(
                        settings()
                                .consumeMode(ConsumeMode.ORDERLY)
                                .retries(RetrySettings.of(1).withDelays(List.of(Duration.ofMillis(20))))
                                .build(),
                        FAILS_ON_M0)
                .start();

        await().until(() -> scene.offset(0) == 2);
        assertThat(scene.broker().messages(DEAD, 0)).hasSize(1);
    }

    @Test
    void isGivenUpByABroadcastingConsumerAlsoWhereItsEventsFail() {
        List<ReceivedMessage> givenUp = new CopyOnWriteArrayList<>();
        scene.client()
                .pushConsumer(
                        settings()
                                .broadcasting(folder)
                                .retries(RetrySettings.of(1).withDelays(List.of(Duration.ofMillis(20))))
                                .events(new ConsumerEvents() {
                                    @Override
                                    public void givenUp(
                                            ReceivedMessage message, int attempts, @Nullable Throwable error) {
                                        givenUp.add(message);
                                        if (givenUp.size() == 1) {
                                            throw new SpeechlessException();
                                        }
                                    }
                                })
                                .build(),
                        FAILS_ON_M0)
                .start();

        await().until(() -> givenUp.size() == 2);
    }
}
