package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.OpenConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.client.testing.LogCapture;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that has taken a message back, but not as safely as it should, is asked until it has; the listener is not. */
class UnsafeReturnsTest {

    private ConsumerScene scene;
    private volatile long offsetWhenAsked;

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    @ParameterizedTest
    @ValueSource(
            ints = {ResponseCode.FLUSH_DISK_TIMEOUT, ResponseCode.SLAVE_NOT_AVAILABLE, ResponseCode.FLUSH_SLAVE_TIMEOUT
            })
    void keepsTheMessageUntilItsCopyIsSafe(int code) {
        receivesWith(code, settings().build());
    }

    @ParameterizedTest
    @ValueSource(ints = ResponseCode.SLAVE_NOT_AVAILABLE)
    void keepsADeadLetterOfAQueueInOrder(int code) {
        receivesWith(
                code,
                settings().consumeMode(ConsumeMode.ORDERLY).maxReconsumeTimes(0).build());
    }

    private void receivesWith(int code, PushConsumerSettings settings) {
        scene.put(0, "m0");
        AtomicInteger handled = new AtomicInteger();
        AtomicInteger asked = new AtomicInteger();
        scene.broker().intercept(RequestCode.CONSUMER_SEND_MESSAGE_BACK, (request, reply) -> {
            offsetWhenAsked = scene.offset(0);
            reply.send(asked.incrementAndGet() < 3 ? Command.failure(code, "stored, but") : Command.success(Map.of()));
        });
        MqClient client = scene.client();
        try (LogCapture log = new LogCapture(GiveBack.class.getName())) {
            client.pushConsumer(settings, message -> {
                        handled.incrementAndGet();
                        return ConsumeResult.RECONSUME_LATER;
                    })
                    .start();

            await().until(() -> scene.offset(0) == 1);
            assertThat(log.from(Level.WARN))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage()).contains("code " + code, "safe"));
        }
        assertThat(asked).hasValue(3);
        assertThat(offsetWhenAsked).isLessThanOrEqualTo(0);
        assertThat(handled).hasValue(1);
        assertThat(client.openConsumers())
                .extracting(OpenConsumer::figures)
                .singleElement()
                .satisfies(figures -> assertThat(figures.waitingForBroker()).isZero());
    }
}
