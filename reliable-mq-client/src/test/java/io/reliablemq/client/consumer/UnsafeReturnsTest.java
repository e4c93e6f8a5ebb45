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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A broker that has taken a message back, but not as safely as it should, has it: giving it back again would double it. */
class UnsafeReturnsTest {

    private ConsumerScene scene;

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
    void leavesOneCopyAndSaysSo(int code) {
        receivesWith(code, settings().build());
    }

    @ParameterizedTest
    @ValueSource(ints = ResponseCode.SLAVE_NOT_AVAILABLE)
    void leavesOneDeadLetterOfAQueueInOrder(int code) {
        receivesWith(
                code,
                settings().consumeMode(ConsumeMode.ORDERLY).maxReconsumeTimes(0).build());
    }

    private void receivesWith(int code, PushConsumerSettings settings) {
        scene.put(0, "m0");
        scene.broker()
                .intercept(
                        RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                        (request, reply) -> reply.send(Command.failure(code, "stored, but")));
        MqClient client = scene.client();
        try (LogCapture log = new LogCapture(GiveBack.class.getName())) {
            client.pushConsumer(settings, message -> ConsumeResult.RECONSUME_LATER)
                    .start();

            await().until(() -> scene.offset(0) == 1);
            assertThat(log.from(Level.WARN))
                    .singleElement()
                    .satisfies(line -> assertThat(line.getFormattedMessage()).contains("code " + code, "safe"));
        }
        assertThat(scene.broker().server().received(RequestCode.CONSUMER_SEND_MESSAGE_BACK))
                .hasSize(1);
        assertThat(client.openConsumers())
                .extracting(OpenConsumer::figures)
                .singleElement()
                .satisfies(figures -> {
                    assertThat(figures.unsafelyReturned()).isEqualTo(1);
                    assertThat(figures.waitingForBroker()).isZero();
                });
    }
}
