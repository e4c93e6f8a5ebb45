package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.DEAD;
import static io.reliablemq.client.testing.ConsumerScene.GROUP;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.DeadLetters;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.SendMessageResponse;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.SystemFlag;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DeadLetterTopicsTest {

    private ConsumerScene scene;
    private DeadLetters letters;
    private final List<String> sent = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
        scene.routes().put(DEAD, scene.route(1));
        scene.broker().server().on(RequestCode.SEND_MESSAGE_V2, (request, reply) -> {
            sent.add(new String(request.body().toByteArray(), StandardCharsets.UTF_8));
            reply.send(Command.success(
                    new SendMessageResponse("7F0000010000277F0000000000000001", 0, 0, null, null).fields()));
        });
        MqClient client = scene.client();
        letters = client.deadLetters(client.producer(ProducerSettings.of("redriving")));
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private void die(String body, int systemFlag) {
        scene.broker()
                .put(
                        DEAD,
                        0,
                        message -> ConsumerScene.withSystemFlag(message, systemFlag),
                        Map.of(PropertyNames.RETRY_TOPIC, TOPIC),
                        body.getBytes(StandardCharsets.UTF_8),
                        3);
    }

    private static PullMessageRequest pull(Command request) {
        return PullMessageRequest.read(request.fields());
    }

    @Test
    void stopsAtALetterThatItCannotRead() {
        die("m0", 0);
        die("frames of another library", SystemFlag.COMPRESSED | SystemFlag.COMPRESSION_LZ4);
        die("m2", 0);

        DeadLetters.Redrive redrive = letters.redriveAll(GROUP);

        assertThat(redrive.redriven()).isEqualTo(1);
        assertThat(redrive.stoppedAt()).isNotNull();
        assertThat(redrive.stoppedAt().message().queueOffset()).isEqualTo(1);
        assertThat(redrive.problem()).contains("cannot be read here");
        assertThat(sent).containsExactly("m0");
        assertThat(letters.notRedriven(GROUP)).isEqualTo(2);
        assertThat(letters.read(GROUP, 10)).hasSize(3);
    }

    @Test
    void remembersHowFarItCameWhereABrokerFails() {
        for (int i = 0; i < 70; i++) {
            die("m" + i, 0);
        }
        scene.broker()
                .breakFirstPull(
                        request -> pull(request).queueOffset() == 32,
                        (request, reply) ->
                                reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "the disk is broken")));

        assertThatThrownBy(() -> letters.redriveAll(GROUP))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("32 dead letter(s)")
                .hasMessageContaining("the disk is broken");
        assertThat(letters.notRedriven(GROUP)).isEqualTo(38);
        assertThat(letters.redriveAll(GROUP).redriven()).isEqualTo(38);
        assertThat(sent).hasSize(70).doesNotHaveDuplicates();
    }

    @Test
    void tellsWhyItsPullsAreRefused() {
        die("m0", 0);
        scene.broker()
                .breakFirstPull(
                        request -> true,
                        (request, reply) -> reply.send(Command.response(
                                ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST, "no such group", Map.of(), Body.EMPTY)));

        assertThatThrownBy(() -> letters.read(GROUP, 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("no such group");
    }
}
