package io.reliablemq.client.consumer;

import static io.reliablemq.client.testing.ConsumerScene.RETRY;
import static io.reliablemq.client.testing.ConsumerScene.TOPIC;
import static io.reliablemq.client.testing.ConsumerScene.settings;
import static io.reliablemq.client.testing.ConsumerScene.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.testing.ConsumerScene;
import io.reliablemq.client.testing.CuttingProxy;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.RequestHandler;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whatever a broker makes of one pull: every message is received, once, and the offset passes none of them. */
class PullFailuresTest {

    private ConsumerScene scene;
    private final List<String> handled = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start() {
        scene = new ConsumerScene(1);
    }

    @AfterEach
    void stop() throws Exception {
        scene.close();
    }

    private enum Failure implements RequestHandler {
        REFUSES {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "the disk is broken"));
            }
        },
        IS_BUSY {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.failure(ResponseCode.FLOW_CONTROL, "too much to do"));
            }
        },
        ANSWERS_AN_UNKNOWN_CODE {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.failure(4711, "what is this"));
            }
        },
        CLOSES_THE_CONNECTION {
            @Override
            public void handle(Command request, Reply reply) {
                reply.connection().close();
            }
        },
        LEAVES_THE_HEADER_OUT {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.success(Map.of(), Body.ofUtf8("x")));
            }
        },
        SENDS_A_BODY_OF_GARBAGE {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.success(
                        new PullMessageResponse(0, 3, 0, 3).fields(), Body.ofUtf8("no message at all".repeat(20))));
            }
        },
        SENDS_HALF_A_MESSAGE {
            @Override
            public void handle(Command request, Reply reply) {
                byte[] whole = MessageLayout.encode(message(0));
                reply.send(Command.success(
                        new PullMessageResponse(0, 1, 0, 3).fields(), Body.of(Arrays.copyOf(whole, whole.length / 2))));
            }
        },
        FINDS_NOTHING_AND_STAYS_WHERE_IT_IS {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.response(
                        ResponseCode.PULL_RETRY_IMMEDIATELY,
                        null,
                        new PullMessageResponse(0, 0, 0, 3).fields(),
                        Body.EMPTY));
            }
        },
        FINDS_WHAT_LIES_BEFORE_THE_OFFSET {
            @Override
            public void handle(Command request, Reply reply) {
                reply.send(Command.success(new PullMessageResponse(0, 0, 0, 3).fields(), Body.EMPTY));
            }
        },
        SENDS_THE_SAME_MESSAGE_TWICE {
            @Override
            public void handle(Command request, Reply reply) {
                byte[] one = MessageLayout.encode(message(0));
                byte[] twice = Arrays.copyOf(one, one.length * 2);
                System.arraycopy(one, 0, twice, one.length, one.length);
                reply.send(Command.success(new PullMessageResponse(0, 1, 0, 3).fields(), Body.of(twice)));
            }
        }
    }

    private static StoredMessage message(long offset) {
        java.net.InetSocketAddress host = new java.net.InetSocketAddress("127.0.0.1", 1);
        return new StoredMessage(
                TOPIC, 0, offset, 1_000, 0, 0, 5, host, 6, host, 0, 0, Map.of(), new byte[] {'m', '0'});
    }

    @ParameterizedTest
    @EnumSource
    void receivesEveryMessageOnceAfterAPullThat(Failure failure) {
        scene.put(0, "m0", "m1", "m2");
        scene.broker().breakFirstPull(TOPIC, failure);

        receivesAllOnce();
    }

    @Test
    void receivesEveryMessageOnceAfterAPullWhoseAnswerBreaksOffInTheMiddle() {
        scene.put(0, "m0", "m1", "m2");
        CuttingProxy proxy = scene.push(new CuttingProxy(scene.broker().address(), "m1"));
        TopicRoute route = Routes.route(1, Map.of("broker-a", proxy.address()));
        scene.routes().put(TOPIC, route).put(RETRY, route);

        receivesAllOnce();

        assertThat(proxy.hasCut()).isTrue();
    }

    private void receivesAllOnce() {
        scene.client()
                .pushConsumer(settings().build(), received -> {
                    handled.add(text(received));
                    return ConsumeResult.CONSUME_SUCCESS;
                })
                .start();

        await().until(() -> scene.offset(0) == 3);
        assertThat(handled).containsExactlyInAnyOrder("m0", "m1", "m2");
    }
}
