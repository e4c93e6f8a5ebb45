package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.route.Remote;
import io.reliablemq.client.testing.ManualClock;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.QueueLock;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.OffsetResponse;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A broker keeps a lock for 60 s. Whoever cannot renew it must have stopped long before another member can begin. */
class LockLossTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private final ManualClock clock = new ManualClock();
    private final TaskLoop loop = new TaskLoop(clock, (where, error) -> {});
    private final List<Long> handled = new ArrayList<>();
    private final List<Runnable> waitingPulls = new ArrayList<>();
    private Lock lock = Lock.GRANTED;
    private long available = 1;
    private long offset;
    private int offsetQuestions;

    private enum Lock {
        GRANTED,
        DENIED,
        UNREACHABLE
    }

    /** A broker and a name server, in the test's own thread. */
    private final Remote remote = new Remote() {

        @Override
        public CompletableFuture<Command> invoke(String address, Command request, Duration timeout) {
            return switch (request.code()) {
                case RequestCode.GET_ROUTE_BY_TOPIC ->
                    success(Map.of(), JsonBodies.write(Routes.route(1, Map.of("a", "a:1"))));
                case RequestCode.GET_CONSUMER_LIST_BY_GROUP ->
                    success(Map.of(), JsonBodies.write(new ConsumerIds(List.of("me"))));
                case RequestCode.QUERY_CONSUMER_OFFSET -> {
                    offsetQuestions++;
                    yield success(new OffsetResponse(offset).fields(), Body.EMPTY);
                }
                case RequestCode.LOCK_BATCH_QUEUES -> lock(request);
                case RequestCode.PULL_MESSAGE -> pull(PullMessageRequest.read(request.fields()));
                default -> success(Map.of(), Body.EMPTY);
            };
        }

        @Override
        public CompletableFuture<Void> sendOneWay(String address, Command request) {
            UpdateConsumerOffsetRequest update = UpdateConsumerOffsetRequest.read(request.fields());
            if (update.topic().equals("T")) {
                offset = update.commitOffset();
            }
            return CompletableFuture.completedFuture(null);
        }
    };

    private CompletableFuture<Command> lock(Command request) {
        List<QueueLock.Queue> queues =
                JsonBodies.read(request.body(), QueueLock.Request.class).queues();
        return switch (lock) {
            case GRANTED -> success(Map.of(), JsonBodies.write(new QueueLock.Response(queues)));
            case DENIED -> success(Map.of(), JsonBodies.write(new QueueLock.Response(List.of())));
            case UNREACHABLE -> CompletableFuture.failedFuture(new IllegalStateException("no connection"));
        };
    }

    private CompletableFuture<Command> pull(PullMessageRequest request) {
        CompletableFuture<Command> answer = new CompletableFuture<>();
        if (request.topic().equals("T")) {
            waitingPulls.add(() -> answer.complete(found(request.queueOffset())));
        }
        return answer;
    }

    private Command found(long from) {
        StoredMessage message =
                new StoredMessage("T", 0, from, 1_000 + from, 0, 0, 5, HOST, 6, HOST, 0, 0, Map.of(), new byte[] {1});
        return Command.success(
                new PullMessageResponse(0, from + 1, 0, available).fields(), Body.of(MessageLayout.encode(message)));
    }

    private static CompletableFuture<Command> success(Map<String, String> fields, Body body) {
        return CompletableFuture.completedFuture(Command.success(fields, body));
    }

    @BeforeEach
    void start() {
        MessageHandler handler = message -> {
            handled.add(message.queueOffset());
            return ConsumeResult.CONSUME_SUCCESS;
        };
        new GroupConsumer(
                        PushConsumerSettings.builder("g")
                                .subscribe("T", "*")
                                .consumeMode(ConsumeMode.ORDERLY)
                                .executor(Runnable::run)
                                .build(),
                        Handler.of(handler),
                        RemoteContext.of(remote, loop, clock),
                        left -> {})
                .start();
        pass(Duration.ofSeconds(3));
        arrive();
        pass(Duration.ofSeconds(1));
        assertThat(handled).containsExactly(0L);
    }

    private void pass(Duration time) {
        for (long ms = 0; ms < time.toMillis(); ms += 250) {
            clock.advance(Duration.ofMillis(250));
            loop.doWork();
        }
    }

    /** Answers the pulls that wait with one message each. */
    private void arrive() {
        List<Runnable> waiting = List.copyOf(waitingPulls);
        waitingPulls.clear();
        waiting.forEach(Runnable::run);
        loop.doWork();
    }

    @Test
    void handsNothingOutThirtySecondsAfterTheLastRenewal() {
        lock = Lock.UNREACHABLE;
        pass(Duration.ofSeconds(15));
        arrive();
        assertThat(handled).as("while the lock surely is ours").containsExactly(0L, 1L);

        pass(Duration.ofSeconds(20));
        arrive();
        pass(Duration.ofSeconds(60));
        assertThat(handled).as("when it may be another one's").containsExactly(0L, 1L);

        int before = offsetQuestions;
        // Another member has handled two meanwhile.
        offset = 4;
        lock = Lock.GRANTED;
        pass(Duration.ofSeconds(13));
        arrive();
        pass(Duration.ofSeconds(1));
        assertThat(handled).containsExactly(0L, 1L, 4L);
        assertThat(offsetQuestions).isGreaterThan(before);
    }

    @Test
    void handsNothingOutOnceTheBrokerDeniesTheLock() {
        lock = Lock.DENIED;
        pass(Duration.ofSeconds(11));
        arrive();
        pass(Duration.ofSeconds(5));

        assertThat(handled).containsExactly(0L);
        assertThat(offset).as("nothing is stored by whoever has no lock").isLessThanOrEqualTo(1);
    }

    @Test
    void goesOnAsLongAsTheLockIsRenewed() {
        pass(Duration.ofSeconds(120));
        arrive();
        pass(Duration.ofSeconds(1));

        assertThat(handled).containsExactly(0L, 1L);
    }
}
