package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.testing.MiniBroker;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.client.testing.ScriptedServer;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.PullMessageRequest;
import io.reliablemq.protocol.header.PullMessageResponse;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A consumer whose brokers come and go, against small brokers over real sockets: masters, and a master with its slave. */
class ConsumerAcrossBrokersTest {

    private static final String RETRY = "%RETRY%g";
    private static final Duration BOUND = Duration.ofSeconds(10);
    private static final Duration A_SECOND = Duration.ofSeconds(1);

    private final CloseStack open = new CloseStack();
    private final EventLoops loops = open.push(EventLoops.create("test-io", 2));
    private final Routes routes = new Routes().telling();
    private final List<ReceivedMessage> received = new CopyOnWriteArrayList<>();
    private MiniBroker one;
    private MiniBroker other;
    private ScriptedServer nameServer;

    @BeforeEach
    void start() {
        nameServer = open.push(new ScriptedServer(loops).on(RequestCode.GET_ROUTE_BY_TOPIC, routes));
        one = open.push(new MiniBroker(loops));
        other = open.push(new MiniBroker(loops));
    }

    @AfterEach
    void stop() throws Exception {
        open.close();
    }

    private void route(TopicRoute route) {
        routes.put("T", route);
        routes.put(RETRY, route);
    }

    private void masters(MiniBroker... masters) {
        Map<String, String> byName = new TreeMap<>();
        for (MiniBroker master : masters) {
            byName.put(master == one ? "one" : "other", master.address());
        }
        route(Routes.route(2, byName));
    }

    private void masterAndSlave(boolean master, boolean slave) {
        route(Routes.masterAndSlave(1, "one", master ? one.address() : null, slave ? other.address() : null));
    }

    /** One message at a time, so that they come in the order of their queue. */
    private PushConsumer consume(ConsumeFrom from, MessageHandler handler) {
        PushConsumerSettings settings = new PushConsumerSettings(
                "g", Map.of("T", "*"), from, 1, 2, 32, 1_000, 1L << 24, Duration.ofMillis(100), Duration.ofSeconds(10));
        PushConsumer consumer = open.push(MqClient.create(ClientSettings.of(nameServer.address())))
                .pushConsumer(settings, message -> {
                    received.add(message);
                    return handler.handle(message);
                });
        consumer.start();
        return consumer;
    }

    private PushConsumer consume() {
        return consume(ConsumeFrom.FIRST_OFFSET, message -> ConsumeResult.CONSUME_SUCCESS);
    }

    /** Puts the message into the master and its slave, as replication does. */
    private void putReplicated(String body) {
        put(one, body);
        put(other, body);
    }

    private static void put(MiniBroker broker, String body) {
        broker.put("T", 0, "A", body.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> bodies() {
        return received.stream()
                .map(message -> new String(message.body(), StandardCharsets.UTF_8))
                .toList();
    }

    private void awaitBodies(Duration bound, String... bodies) {
        await().atMost(bound).untilAsserted(() -> assertThat(bodies()).containsExactlyInAnyOrder(bodies));
    }

    private static long pulls(MiniBroker broker) {
        return broker.server().received(RequestCode.PULL_MESSAGE).stream()
                .filter(request ->
                        PullMessageRequest.read(request.fields()).topic().equals("T"))
                .count();
    }

    private static void awaitQueues(PushConsumer consumer, Duration bound, int count) {
        await().atMost(bound)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> consumer.assignedQueues().size() == count);
    }

    @Test
    void takesTheQueuesOfABrokerThatComesAndGivesUpThoseOfOneThatGoesWithinASecond() {
        masters(one);
        PushConsumer consumer = consume();
        awaitQueues(consumer, BOUND, 4);

        masters(one, other);
        awaitQueues(consumer, A_SECOND, 8);
        put(other, "from the new one");
        awaitBodies(A_SECOND, "from the new one");
        await().atMost(BOUND).until(() -> other.offset("g", "T", 0) == 1);

        other.kill();
        masters(one);
        awaitQueues(consumer, A_SECOND, 4);

        other.restart();
        masters(one, other);
        awaitQueues(consumer, A_SECOND, 8);
        put(other, "from the one that is back");
        awaitBodies(BOUND, "from the new one", "from the one that is back");
    }

    @Test
    void aConnectionThatBreaksIsASignalWhereTheNameServerTellsNothing() {
        Routes silent = new Routes();
        nameServer.on(RequestCode.GET_ROUTE_BY_TOPIC, silent);
        silent.put("T", Routes.route(2, Map.of("one", one.address(), "other", other.address())));
        PushConsumer consumer = consume();
        awaitQueues(consumer, BOUND, 4);

        silent.put("T", Routes.route(2, Map.of("one", one.address())));
        other.kill();

        awaitQueues(consumer, A_SECOND, 2);
    }

    @Test
    void sharesWithAMemberThatABrokerWhichWasJustStartedDoesNotKnowYet() {
        masters(one, other);
        PushConsumer first = consume();
        PushConsumer second = consume();
        awaitQueues(first, BOUND, 4);
        awaitQueues(second, BOUND, 4);

        // The first broker forgets everybody, and is told of none but one of the two.
        List<String> members = other.memberIds("g");
        one.intercept(
                RequestCode.GET_CONSUMER_LIST_BY_GROUP,
                (request, reply) -> reply.send(Command.success(
                        Map.of(),
                        io.reliablemq.protocol.body.JsonBodies.write(
                                new io.reliablemq.protocol.body.ConsumerIds(members.subList(0, 1))))));
        int asked =
                one.server().received(RequestCode.GET_CONSUMER_LIST_BY_GROUP).size();
        route(new TopicRoute(
                Routes.route(2, Map.of("one", one.address(), "other", other.address()))
                        .brokers(),
                Routes.route(3, Map.of("one", one.address(), "other", other.address()))
                        .queues()));

        await().atMost(BOUND)
                .until(() -> one.server()
                                .received(RequestCode.GET_CONSUMER_LIST_BY_GROUP)
                                .size()
                        >= asked + 4);
        awaitQueues(first, BOUND, 6);
        awaitQueues(second, BOUND, 6);
        assertThat(first.assignedQueues()).doesNotContainAnyElementsOf(second.assignedQueues());
    }

    @Test
    void readsFromTheSlaveWhileTheMasterIsAwayAndBackAgain() {
        masterAndSlave(true, true);
        consume();
        putReplicated("m0");
        awaitBodies(BOUND, "m0");
        await().atMost(BOUND).until(() -> one.offset("g", "T", 0) == 1);
        assertThat(pulls(other)).isZero();

        one.kill();
        other.setOffset("g", "T", 0, 1);
        masterAndSlave(false, true);
        put(other, "m1");
        awaitBodies(A_SECOND, "m0", "m1");
        await("the slave keeps the offset meanwhile").atMost(BOUND).until(() -> other.offset("g", "T", 0) == 2);

        put(one, "m1");
        one.restart();
        masterAndSlave(true, true);
        await("what was finished meanwhile is told to the master")
                .atMost(A_SECOND)
                .until(() -> one.offset("g", "T", 0) == 2);
        long atSlave = pulls(other);
        putReplicated("m2");
        awaitBodies(A_SECOND, "m0", "m1", "m2");
        assertThat(pulls(other)).as("pulls at the slave").isEqualTo(atSlave);
    }

    @Test
    void readsFromTheSlaveWhileTheMasterIsInTheRouteButCannotBeReached() {
        masterAndSlave(true, true);
        consume();
        putReplicated("m0");
        awaitBodies(BOUND, "m0");

        one.kill();
        put(other, "m1");
        awaitBodies(A_SECOND, "m0", "m1");

        put(one, "m1");
        one.restart();
        await("the master is asked again").atMost(BOUND).until(() -> {
            long before = pulls(one);
            return before > 0 && one.memberIds("g").size() == 1;
        });
        putReplicated("m2");
        awaitBodies(BOUND, "m0", "m1", "m2");
    }

    @Test
    void goesToTheSlaveThatTheMasterSuggestsAndBackWhenThatSuggestsTheMaster() {
        masterAndSlave(true, true);
        put(other, "m0");
        put(other, "m1");
        put(one, "m0");
        put(one, "m1");
        one.intercept(RequestCode.PULL_MESSAGE, (request, reply) -> {
            PullMessageRequest pull = PullMessageRequest.read(request.fields());
            if (pull.topic().equals("T") && pull.queueOffset() == 0) {
                reply.send(Command.response(
                        ResponseCode.PULL_RETRY_IMMEDIATELY,
                        null,
                        new PullMessageResponse(1, 0, 0, 2).fields(),
                        Body.EMPTY));
            }
        });

        consume();

        awaitBodies(BOUND, "m0", "m1");
        await().atMost(BOUND).until(() -> pulls(one) == 2);
        assertThat(pulls(other)).isEqualTo(1);
    }

    @Test
    void leavesASlaveThatRefusesForTheMasterThatSuggestedIt() {
        masterAndSlave(true, true);
        put(one, "m0");
        one.breakFirstPull(
                "T",
                (request, reply) -> reply.send(Command.response(
                        ResponseCode.PULL_RETRY_IMMEDIATELY,
                        null,
                        new PullMessageResponse(1, 0, 0, 1).fields(),
                        Body.EMPTY)));
        other.intercept(
                RequestCode.PULL_MESSAGE,
                (request, reply) ->
                        reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "the log could not be read")));

        consume();

        awaitBodies(BOUND, "m0");
        assertThat(pulls(other)).isEqualTo(1);
    }

    @Test
    void doesNotGoToASlaveThatFailedWithEveryPullForWhichTheMasterSuggestsIt() {
        masterAndSlave(true, true);
        one.intercept(RequestCode.PULL_MESSAGE, (request, reply) -> {
            PullMessageRequest pull = PullMessageRequest.read(request.fields());
            if (pull.topic().equals("T") && pull.queueOffset() < 3) {
                reply.send(Command.response(
                        ResponseCode.PULL_RETRY_IMMEDIATELY,
                        null,
                        new PullMessageResponse(1, pull.queueOffset() + 1, 0, 4).fields(),
                        Body.EMPTY));
            }
        });
        other.intercept(
                RequestCode.PULL_MESSAGE,
                (request, reply) ->
                        reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "the log could not be read")));

        consume();

        await().atMost(BOUND).until(() -> pulls(one) == 4);
        assertThat(pulls(other)).isEqualTo(1);
    }

    @Test
    void aSlaveThatLagsBehindMovesTheGroupNowhere() {
        masterAndSlave(true, true);
        consume();
        putReplicated("m0");
        put(one, "m1");
        awaitBodies(BOUND, "m0", "m1");
        await().atMost(BOUND).until(() -> one.offset("g", "T", 0) == 2);

        one.kill();
        masterAndSlave(false, true);
        await("the slave is asked").atMost(BOUND).until(() -> pulls(other) > 1);
        put(other, "m1");
        put(other, "m2");

        awaitBodies(BOUND, "m0", "m1", "m2");
        await().atMost(BOUND).until(() -> other.offset("g", "T", 0) == 3);
    }

    @Test
    void aGroupThatIsToStartAtTheEndWaitsForTheMastersWord() {
        masterAndSlave(false, true);
        putReplicated("unread");
        one.setOffset("g", "T", 0, 0);
        consume(ConsumeFrom.LAST_OFFSET, message -> ConsumeResult.CONSUME_SUCCESS);
        await("the slave is asked")
                .atMost(BOUND)
                .until(() -> other.server()
                                .received(RequestCode.QUERY_CONSUMER_OFFSET)
                                .size()
                        > 3);
        assertThat(received).isEmpty();

        masterAndSlave(true, true);

        awaitBodies(BOUND, "unread");
    }

    @Test
    void givesAMessageBackAsSoonAsItsBrokerCanBeReachedAgain() throws Exception {
        masterAndSlave(true, true);
        CountDownLatch failed = new CountDownLatch(1);
        consume(ConsumeFrom.FIRST_OFFSET, message -> {
            failed.countDown();
            return message.reconsumeTimes() == 0 ? ConsumeResult.RECONSUME_LATER : ConsumeResult.CONSUME_SUCCESS;
        });
        await().atMost(BOUND).until(() -> pulls(one) > 0);
        one.kill();
        // Both hold the message, so that it gets the same position in the log.
        putReplicated("failing");
        assertThat(failed.await(10, TimeUnit.SECONDS)).isTrue();

        one.restart();

        // A pause of 10 s has just begun; the next probe of the broker comes sooner.
        await().atMost(Duration.ofSeconds(5))
                .until(() -> !one.messages(RETRY, 0).isEmpty());
        await().atMost(BOUND).until(() -> one.offset("g", "T", 0) == 1);
        assertThat(bodies()).as("asked twice, and once in the retry").containsExactly("failing", "failing", "failing");
    }

    @Test
    void aBrokerThatHangsDelaysNoRebalance() {
        masters(one, other);
        PushConsumer first = consume();
        awaitQueues(first, BOUND, 8);
        one.intercept(RequestCode.GET_CONSUMER_LIST_BY_GROUP, (request, reply) -> {});
        one.intercept(RequestCode.HEART_BEAT, (request, reply) -> {});

        PushConsumer second = consume();

        // A request takes 3 s to time out, and each of the two would wait for two of them.
        awaitQueues(second, Duration.ofSeconds(4), 4);
        awaitQueues(first, A_SECOND, 4);
    }
}
