package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.client.testing.LogCapture;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A group hears of messages that its broker has deleted before it had them, however the broker says so. */
class SkippedMessagesTest {

    private ConsumerScene scene;
    private final List<ConsumerEvents.SkippedMessages> skipped = new CopyOnWriteArrayList<>();
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
        scene.put(0, "m0", "m1", "m2", "m3", "m4");
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    /** Of queue 0, whose first pull is answered so. @return the warnings */
    private List<String> consumeAfter(RequestHandler firstAnswer) {
        scene.broker().breakFirstPull(TOPIC, firstAnswer);
        try (LogCapture logs = new LogCapture(PullLoop.class.getName())) {
            scene.client()
                    .pushConsumer(
                            settings()
                                    .events(new ConsumerEvents() {
                                        @Override
                                        public void skipped(SkippedMessages messages) {
                                            skipped.add(messages);
                                        }
                                    })
                                    .build(),
                            message -> {
                                handled.add(text(message));
                                return ConsumeResult.CONSUME_SUCCESS;
                            })
                    .start();
            await().until(() -> scene.offset(0) == 5);
            return logs.from(Level.WARN).stream()
                    .map(event -> event.getFormattedMessage())
                    .toList();
        }
    }

    private static RequestHandler nothing(int code, long next, long min) {
        return (request, reply) ->
                reply.send(Command.response(code, null, new PullMessageResponse(0, next, min, 5).fields(), Body.EMPTY));
    }

    private static ConsumerEvents.SkippedMessages skip(long from, long to) {
        return new ConsumerEvents.SkippedMessages(new Queue(TOPIC, "broker-a", 0), from, to);
    }

    @Test
    void whereTheBrokerMovesTheGroup() {
        List<String> warnings = consumeAfter(nothing(ResponseCode.PULL_OFFSET_MOVED, 3, 3));

        assertThat(skipped).containsExactly(skip(0, 3));
        assertThat(handled).containsExactlyInAnyOrder("m3", "m4");
        assertThat(warnings).singleElement().asString().contains("offsets 0 to 2 of", "goes on at 3");
    }

    @Test
    void whereTheBrokerFindsNothingAndGoesOn() {
        List<String> warnings = consumeAfter(nothing(ResponseCode.PULL_RETRY_IMMEDIATELY, 4, 3));

        assertThat(skipped).containsExactly(skip(0, 3));
        assertThat(handled).containsExactly("m4");
        assertThat(warnings).hasSize(1);
    }

    @Test
    void whereTheBrokerGoesOnBehindThemAtOnce() {
        StoredMessage fourth = scene.broker().messages(TOPIC, 0).get(3);
        List<String> warnings = consumeAfter((request, reply) -> reply.send(
                Command.success(new PullMessageResponse(0, 4, 2, 5).fields(), Body.of(MessageLayout.encode(fourth)))));

        assertThat(skipped).containsExactly(skip(0, 2));
        assertThat(handled).containsExactlyInAnyOrder("m3", "m4");
        assertThat(warnings).hasSize(1);
    }

    @Test
    void butNotOfWhatTheSubscriptionLeavesOut() {
        List<String> warnings = consumeAfter(nothing(ResponseCode.PULL_RETRY_IMMEDIATELY, 3, 0));

        assertThat(handled).containsExactlyInAnyOrder("m3", "m4");
        assertThat(skipped).isEmpty();
        assertThat(warnings).isEmpty();
    }
}
