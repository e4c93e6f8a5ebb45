package io.reliablemq.client.consumer;

import static org.awaitility.Awaitility.await;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.TransportException;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each request of a consumer goes wrong once, in ways that it should not: the message is received all the same. */
class ConsumerSurvivalTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {});
    private final AtomicLong committed = new AtomicLong(-1);
    private final AtomicInteger sentBack = new AtomicInteger();

    @Retention(RetentionPolicy.RUNTIME)
    @ParameterizedTest
    @ValueSource(
            ints = {
                RequestCode.GET_ROUTE_BY_TOPIC,
                RequestCode.HEART_BEAT,
                RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                RequestCode.QUERY_CONSUMER_OFFSET,
                RequestCode.PULL_MESSAGE,
                RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                RequestCode.UPDATE_CONSUMER_OFFSET
            })
    private @interface EachRequest {}

    /** Answers as a broker and a name server would, but for the first request of one code. */
    private final class OnceBroken implements Remote {

        private final int code;
        private final Supplier<CompletableFuture<Command>> first;
        private boolean broken;

        OnceBroken(int code, Supplier<CompletableFuture<Command>> first) {
            this.code = code;
            this.first = first;
        }

        private synchronized boolean isBroken(Command request) {
            boolean now = request.code() == code && !broken;
            broken |= now;
            return now;
        }

        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            return isBroken(request) ? orTimeout(first.get(), timeout) : answer(request);
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            if (isBroken(request)) {
                return first.get().thenApply(answer -> null);
            }
            committed.accumulateAndGet(
                    UpdateConsumerOffsetRequest.read(request.fields()).commitOffset(), Math::max);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** As the transport does, by the test's clock. */
    private CompletableFuture<Command> orTimeout(CompletableFuture<Command> answer, Duration timeout) {
        loop.schedule(
                timeout,
                () -> answer.completeExceptionally(
                        new TransportException(TransportException.Kind.TIMED_OUT, "No answer within " + timeout)));
        return answer;
    }

    private CompletableFuture<Command> answer(Command request) {
        return switch (request.code()) {
            case RequestCode.GET_ROUTE_BY_TOPIC ->
                success(Map.of(), JsonBodies.write(Routes.route(1, Map.of("a", "a:1"))));
            case RequestCode.GET_CONSUMER_LIST_BY_GROUP ->
                success(Map.of(), JsonBodies.write(new ConsumerIds(java.util.List.of("me"))));
            case RequestCode.QUERY_CONSUMER_OFFSET -> success(new OffsetResponse(0).fields(), Body.EMPTY);
            case RequestCode.PULL_MESSAGE -> pull(PullMessageRequest.read(request.fields()));
            case RequestCode.CONSUMER_SEND_MESSAGE_BACK -> {
                sentBack.incrementAndGet();
                yield success(Map.of(), Body.EMPTY);
            }
            default -> success(Map.of(), Body.EMPTY);
        };
    }

    private static CompletableFuture<Command> pull(PullMessageRequest request) {
        if (!request.topic().equals("T") || request.queueOffset() > 0) {
            return new CompletableFuture<>();
        }
        StoredMessage message = new StoredMessage(
                "T", 0, 0, 1_000, 0, 0, 5, HOST, 6, HOST, 0, 0, Map.of(PropertyNames.UNIQUE_ID, "ID"), new byte[] {1});
        return success(new PullMessageResponse(0, 1, 0, 1).fields(), Body.of(MessageLayout.encode(message)));
    }

    private static CompletableFuture<Command> success(Map<String, String> fields, Body body) {
        return CompletableFuture.completedFuture(Command.success(fields, body));
    }

    private void receivesWith(Remote remote) {
        GroupConsumer consumer = new GroupConsumer(
                PushConsumerSettings.of("g", Map.of("T", "*")),
                Handler.of((MessageHandler) message -> ConsumeResult.RECONSUME_LATER),
                RemoteContext.of(remote, loop, clock),
                left -> {});

        consumer.start();

        await().atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(2))
                .until(() -> {
                    clock.advance(Duration.ofMillis(250));
                    loop.doWork();
                    return sentBack.get() == 1 && committed.get() == 1;
                });
    }

    @EachRequest
    void goesOnAfterARequestThatThrows(int code) {
        receivesWith(new OnceBroken(code, () -> {
            throw new IllegalStateException("thrown by the test");
        }));
    }

    @EachRequest
    void goesOnAfterAMomentWithoutMemory(int code) {
        receivesWith(new OnceBroken(code, () -> {
            throw new OutOfMemoryError("thrown by the test");
        }));
    }

    @EachRequest
    void goesOnAfterARequestThatIsNeverAnswered(int code) {
        receivesWith(new OnceBroken(code, CompletableFuture::new));
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                RequestCode.GET_ROUTE_BY_TOPIC,
                RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                RequestCode.QUERY_CONSUMER_OFFSET,
                RequestCode.PULL_MESSAGE
            })
    void goesOnAfterAnAnswerThatMakesNoSense(int code) {
        receivesWith(new OnceBroken(code, () -> success(Map.of(), Body.of(new byte[] {1, 2, 3}))));
    }
}
