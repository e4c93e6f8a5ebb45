package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.RETRY;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.SendMessageBackRequest;
import io.reliablemq.protocol.header.SendMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A broker that will not take a message back does not stop its queue: the group gets a copy by way of its retry topic. */
class RefusedReturnsTest {

    private ConsumerScene scene;
    private final Map<Long, AtomicInteger> refusals = new ConcurrentHashMap<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private int refusal(Command request) {
        return refusals.computeIfAbsent(
                        SendMessageBackRequest.read(request.fields()).position(), key -> new AtomicInteger())
                .incrementAndGet();
    }

    @Test
    void aCopyIsSentInstead() {
        scene.put(0, "retried", "dead", "busy");
        List<StoredMessage> messages = scene.broker().messages(TOPIC, 0);
        long busy = messages.get(2).position();
        scene.broker().intercept(RequestCode.CONSUMER_SEND_MESSAGE_BACK, (request, reply) -> {
            int times = refusal(request);
            boolean isBusy = SendMessageBackRequest.read(request.fields()).position() == busy;
            int code = isBusy ? ResponseCode.SYSTEM_BUSY : ResponseCode.SYSTEM_ERROR;
            reply.send(
                    isBusy && times > 3 ? Command.success() : Command.failure(code, "look message by offset failed"));
        });
        scene.broker()
                .server()
                .on(
                        RequestCode.SEND_MESSAGE_V2,
                        (request, reply) -> reply.send(Command.success(
                                new SendMessageResponse("7F0000010000277F0000000000000001", 0, 0, null, null)
                                        .fields())));
        scene.client()
                .pushConsumer(settings().build(), message -> {
                    boolean isDead = text(message).equals("dead");
                    // What a listener does to its array reaches neither its next attempt nor the copy.
                    Arrays.fill(message.body(), (byte) '#');
                    if (isDead) {
                        throw new NonRetryableException("never", null);
                    }
                    return ConsumeResult.RECONSUME_LATER;
                })
                .start();

        await().atMost(Duration.ofSeconds(20)).until(() -> scene.offset(0) == 3);
        assertThat(refusals.values()).extracting(AtomicInteger::get).containsExactlyInAnyOrder(3, 3, 4);
        List<Command> copies = scene.broker().server().received(RequestCode.SEND_MESSAGE_V2);
        assertThat(copies).extracting(RefusedReturnsTest::body).containsExactlyInAnyOrder("retried", "dead");
        assertThat(copies).allSatisfy(copy -> {
            boolean dead = body(copy).equals("dead");
            SendMessageRequest header = SendMessageRequest.readV2(copy.fields());
            assertThat(header.topic()).isEqualTo(RETRY);
            assertThat(header.maxReconsumeTimes()).isEqualTo(2);
            assertThat(header.reconsumeTimes()).isEqualTo(dead ? 3 : 1);
            Map<String, String> properties = MessageProperties.decode(header.properties());
            assertThat(properties)
                    .containsEntry(PropertyNames.RETRY_TOPIC, TOPIC)
                    .containsEntry(PropertyNames.TAGS, "A")
                    .containsEntry(
                            PropertyNames.ORIGIN_MESSAGE_ID,
                            messages.get(dead ? 1 : 0).offsetMessageId());
            assertThat(properties.get(PropertyNames.DELAY_LEVEL)).isEqualTo(dead ? null : "3");
        });
    }

    private static String body(Command copy) {
        return new String(copy.body().toByteArray(), StandardCharsets.UTF_8);
    }
}
