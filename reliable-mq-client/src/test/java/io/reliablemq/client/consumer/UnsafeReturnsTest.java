package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.settings;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.OpenConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.client.testing.LogCapture;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import java.time.Duration;
import java.util.List;
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

    /**
     * The copy that is sent to the retry topic, when its own broker does not take the message back. The first answer to a failure
     * that is no dead letter is lost, so that the listener is asked once more; it is the same copy all the same.
     */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void asksOfOneCopyInTheRetryTopicUntilItIsSafe(boolean dead) {
        scene.put(0, "m0");
        scene.broker()
                .intercept(
                        RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                        (request, reply) -> reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "no such message")));
        AtomicInteger asked = new AtomicInteger();
        scene.broker().intercept(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            offsetWhenAsked = scene.offset(0);
            if (asked.incrementAndGet() == 1 && !dead) {
                reply.connection().close();
                return;
            }
            reply.send(
                    asked.get() < 3
                            ? Command.failure(ResponseCode.SLAVE_NOT_AVAILABLE, "stored, but")
                            : Command.success(Map.of()));
        });
        AtomicInteger handled = new AtomicInteger();
        long start = System.currentTimeMillis();
        try (LogCapture log = new LogCapture(GiveBack.class.getName())) {
            scene.client()
                    .pushConsumer(settings().build(), message -> {
                        handled.incrementAndGet();
                        if (dead) {
                            throw new NonRetryableException("never", null);
                        }
                        return ConsumeResult.RECONSUME_LATER;
                    })
                    .start();

            await().atMost(Duration.ofSeconds(20)).until(() -> scene.offset(0) == 1);
            assertThat(log.from(Level.WARN))
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .filteredOn(line -> line.contains("not yet as safe"))
                    .singleElement()
                    .asString()
                    .contains("ID-T-0-0", "code " + ResponseCode.SLAVE_NOT_AVAILABLE);
        }
        assertThat(offsetWhenAsked).isLessThanOrEqualTo(0);
        assertThat(handled).as("calls of the listener").hasValue(dead ? 1 : 5);
        List<SendMessageRequest> copies = scene.broker().server().received(RequestCode.SEND_MESSAGE_V2).stream()
                .map(sent -> SendMessageRequest.readV2(sent.fields()))
                .toList();
        assertThat(copies).extracting(SendMessageRequest::maybeStored).containsExactly(false, true, true);
        assertThat(copies)
                .extracting(SendMessageRequest::bornTimestamp)
                .containsOnly(copies.get(0).bornTimestamp());
        // Not when the message was: a broker would take it for the copy of an earlier attempt.
        assertThat(copies.get(0).bornTimestamp()).isBetween(start, System.currentTimeMillis());
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
