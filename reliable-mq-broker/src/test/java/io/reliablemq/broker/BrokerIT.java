package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.protocol.body.ConsumerIds;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.TopicRoute;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A broker on real files, spoken to over real sockets. */
class BrokerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private final WireClient other = new WireClient();
    private Broker broker;

    @BeforeEach
    void start() {
        broker = Broker.start(properties("broker-a").toSettings());
    }

    @AfterEach
    void stop() {
        wire.close();
        other.close();
        broker.close();
    }

    private BrokerProperties properties(String name) {
        BrokerProperties properties = LocalProperties.in(folder.resolve(name));
        properties.setName(name);
        properties.setMessageDelayLevel("100ms 200ms 300ms 400ms 5m");
        return properties;
    }

    private void restart() {
        broker.close();
        broker = Broker.start(properties("broker-a").toSettings());
    }

    @Test
    void storesWhatIsSentAndServesIt() {
        Command sent = wire.send(broker.address(), "orders", 1, "hello", Map.of("TAGS", "new", "UNIQ_KEY", "id-1"));

        assertThat(sent.code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(sent.fields()).containsEntry("queueId", "1").containsEntry("queueOffset", "0");
        assertThat(sent.fields()).containsEntry("transactionId", "id-1").containsEntry("MSG_REGION", "DefaultRegion");
        List<StoredMessage> messages = wire.messages(broker.address(), "orders", 1, 0);
        assertThat(messages).singleElement().satisfies(message -> {
            assertThat(WireClient.text(message)).isEqualTo("hello");
            assertThat(message.offsetMessageId()).isEqualTo(sent.fields().get("msgId"));
            assertThat(message.properties()).containsEntry("CLUSTER", "DefaultCluster");
        });
    }

    @Test
    void answersSendToNewTopicOnlyOnceItsRouteExists() {
        wire.send(broker.address(), "brand-new", 0, "x", Map.of());

        TopicRoute route = JsonBodies.read(
                wire.route(broker.nameServerAddress(), "brand-new").body(), TopicRoute.class);
        assertThat(route.queues())
                .singleElement()
                .satisfies(queues -> assertThat(queues.writeQueues()).isEqualTo(4));
    }

    @Test
    void wakesWaitingPullWhenMatchingMessageArrives() throws Exception {
        wire.send(broker.address(), "orders", 0, "first", Map.of("TAGS", "b"));
        CompletableFuture<Command> pull =
                wire.pull(broker.address(), "g", "orders", 0, 1, Duration.ofSeconds(20), "a || c");

        other.send(broker.address(), "orders", 0, "not wanted", Map.of("TAGS", "b"));
        other.send(broker.address(), "orders", 0, "wanted", Map.of("TAGS", "c"));

        Command answer = pull.get(10, TimeUnit.SECONDS);
        assertThat(answer.code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(answer.fields()).containsEntry("nextBeginOffset", "3");
        assertThat(MessageLayout.decodeAll(answer.body().buffer()))
                .extracting(WireClient::text)
                .containsExactly("wanted");
    }

    @Test
    void answersWaitingPullBeforeItsTimeIsOver() throws Exception {
        wire.send(broker.address(), "orders", 0, "first", Map.of());

        Command answer = wire.pull(broker.address(), "g", "orders", 0, 1, Duration.ofMillis(300), "*")
                .get(10, TimeUnit.SECONDS);

        assertThat(answer.code()).isEqualTo(ResponseCode.PULL_NOT_FOUND);
        assertThat(answer.fields()).containsEntry("nextBeginOffset", "1").containsEntry("maxOffset", "1");
    }

    @Test
    void tellsWhereToGoOnWhenOffsetIsOutside() {
        wire.send(broker.address(), "orders", 0, "first", Map.of());

        Command answer = wire.pull(broker.address(), "g", "orders", 0, 7, Duration.ZERO, "*")
                .join();

        assertThat(answer.code()).isEqualTo(ResponseCode.PULL_OFFSET_MOVED);
        assertThat(answer.fields()).containsEntry("nextBeginOffset", "1");
    }

    @Test
    void refusesPullBeforeHeartbeat() {
        wire.send(broker.address(), "orders", 0, "first", Map.of());
        Map<String, String> header = new java.util.HashMap<>(new io.reliablemq.protocol.header.PullMessageRequest(
                        "unknown", "orders", 0, 0, 32, 0, 0, 0, null, 5, "TAG", 1000)
                .fields());

        assertThat(wire.answer(broker.address(), Command.request(RequestCode.PULL_MESSAGE, header))
                        .code())
                .isEqualTo(ResponseCode.SUBSCRIPTION_NOT_EXIST);
        wire.heartbeat(broker.address(), "c1", "unknown", "orders", "A", 5);
        assertThat(wire.answer(broker.address(), Command.request(RequestCode.PULL_MESSAGE, header))
                        .code())
                .isEqualTo(ResponseCode.PULL_RETRY_IMMEDIATELY);
    }

    @Test
    void filtersNothingForPullThatIsNewerThanTheHeartbeat() {
        wire.send(broker.address(), "orders", 0, "first", Map.of());
        Map<String, String> header = new java.util.HashMap<>(new io.reliablemq.protocol.header.PullMessageRequest(
                        "early", "orders", 0, 0, 32, 0, 0, 0, null, 5, "TAG", 1000)
                .fields());

        wire.heartbeat(broker.address(), "c1", "early", "orders", "A", 4);

        assertThat(wire.answer(broker.address(), Command.request(RequestCode.PULL_MESSAGE, header))
                        .code())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void deliversMessageSentBackAfterItsDelayAndThenBuriesIt() {
        wire.send(broker.address(), "orders", 0, "poison", Map.of("UNIQ_KEY", "id-7"));
        StoredMessage failed = wire.messages(broker.address(), "orders", 0, 0).get(0);

        assertThat(wire.sendBack(broker.address(), failed, "billing", 0, 1).code())
                .isEqualTo(ResponseCode.SUCCESS);

        StoredMessage retry = awaitMessages("%RETRY%billing", 1).get(0);
        assertThat(retry.reconsumeTimes()).isEqualTo(1);
        assertThat(retry.properties())
                .containsEntry("RETRY_TOPIC", "orders")
                .containsEntry("ORIGIN_MESSAGE_ID", failed.offsetMessageId())
                .containsEntry("UNIQ_KEY", "id-7")
                .containsEntry("DELAY", "3");
        assertThat(retry.storeTimestamp() - failed.storeTimestamp()).isGreaterThanOrEqualTo(300);

        assertThat(wire.sendBack(broker.address(), retry, "billing", 0, 1).code())
                .isEqualTo(ResponseCode.SUCCESS);

        assertThat(wire.messages(broker.address(), "%DLQ%billing", 0, 0))
                .singleElement()
                .satisfies(dead -> {
                    assertThat(WireClient.text(dead)).isEqualTo("poison");
                    assertThat(dead.properties())
                            .containsEntry("DLQ_ORIGIN_TOPIC", "orders")
                            .containsEntry("DLQ_ORIGIN_MESSAGE_ID", failed.offsetMessageId())
                            .doesNotContainKey("DELAY");
                });
    }

    @Test
    void deadLetterThatIsConsumedAgainHasAllItsAttempts() {
        wire.send(broker.address(), "orders", 0, "poison", Map.of("UNIQ_KEY", "id-8"));
        StoredMessage failed = wire.messages(broker.address(), "orders", 0, 0).get(0);
        wire.sendBack(broker.address(), failed, "billing", 1, 1);
        StoredMessage retry = awaitMessages("%RETRY%billing", 1).get(0);
        wire.sendBack(broker.address(), retry, "billing", 1, 1);
        StoredMessage dead = awaitMessages("%DLQ%billing", 1).get(0);

        // A limit below 0 is none; the group's own one counts then.
        assertThat(wire.sendBack(broker.address(), dead, "redrive", 1, -1).code())
                .isEqualTo(ResponseCode.SUCCESS);

        assertThat(awaitMessages("%RETRY%redrive", 1).get(0)).satisfies(again -> {
            assertThat(again.reconsumeTimes()).isEqualTo(1);
            assertThat(again.properties()).containsEntry("RETRY_TOPIC", "%DLQ%billing");
        });
    }

    @Test
    void takesThousandsOfMessagesBackAtOnce() {
        wire.send(broker.address(), "orders", 0, "poison", Map.of("UNIQ_KEY", "id-9"));
        StoredMessage failed = wire.messages(broker.address(), "orders", 0, 0).get(0);
        Command request = Command.request(
                RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                new io.reliablemq.protocol.header.SendMessageBackRequest(
                                failed.position(), "billing", 5, "id-9", "orders", 16)
                        .fields());

        List<CompletableFuture<Command>> answers = java.util.stream.IntStream.range(0, 5_000)
                .mapToObj(i -> wire.ask(broker.address(), request))
                .toList();

        assertThat(answers)
                .allSatisfy(answer -> assertThat(answer.get(20, TimeUnit.SECONDS))
                        .satisfies(done -> assertThat(done.remarkText()).isEmpty())
                        .matches(Command::isSuccess));
    }

    @Test
    void refusesToTakeBackSomebodyElsesMessage() {
        wire.send(broker.address(), "orders", 0, "one", Map.of("UNIQ_KEY", "id-1"));
        StoredMessage stored = wire.messages(broker.address(), "orders", 0, 0).get(0);
        Map<String, String> header = new io.reliablemq.protocol.header.SendMessageBackRequest(
                        stored.position(), "g", 0, "id-2", "orders", 3)
                .fields();

        assertThat(wire.answer(broker.address(), Command.request(RequestCode.CONSUMER_SEND_MESSAGE_BACK, header))
                        .isSuccess())
                .isFalse();
    }

    @Test
    void handsDelayedMessagesOverOnceAcrossRestarts() {
        wire.send(broker.address(), "later", 0, "soon", Map.of("DELAY", "1"));
        awaitMessages("later", 1);
        wire.send(broker.address(), "later", 0, "after the restart", Map.of("DELAY", "4"));

        restart();
        awaitMessages("later", 2);
        restart();
        wire.send(broker.address(), "later", 0, "last", Map.of("DELAY", "2"));

        assertThat(awaitMessages("later", 3))
                .extracting(WireClient::text)
                .containsExactly("soon", "after the restart", "last");
    }

    @Test
    void deliversAtGivenTimesOnceAcrossRestarts() {
        long start = System.currentTimeMillis();
        // Sent first: the time of the next may have come before a busy machine has sent three.
        wire.send(broker.address(), "timed", 0, "past", Map.of("TIMER_DELIVER_MS", Long.toString(start - 1)));
        Command answer = wire.send(broker.address(), "timed", 0, "second", Map.of("TIMER_DELAY_MS", "700"));
        assertThat(answer.fields()).containsEntry("queueId", "0").containsKey("recallHandle");
        wire.send(broker.address(), "timed", 0, "first", Map.of("TIMER_DELIVER_MS", Long.toString(start + 300)));
        awaitMessages("timed", 1);

        restart();
        awaitMessages("timed", 3);
        restart();
        wire.send(broker.address(), "timed", 0, "last", Map.of("TIMER_DELAY_SEC", "1"));

        List<StoredMessage> messages = awaitMessages("timed", 4);
        assertThat(messages).extracting(WireClient::text).containsExactly("past", "first", "second", "last");
        assertThat(messages.get(1).storeTimestamp()).isGreaterThanOrEqualTo(start + 300);
        assertThat(messages.get(2).storeTimestamp()).isGreaterThanOrEqualTo(start + 700);
        assertThat(messages.get(3).property("TIMER_OUT_MS")).isNotNull();
    }

    @Test
    void keepsOffsetsTopicsAndMessagesAcrossRestart() {
        wire.send(broker.address(), "orders", 2, "one", Map.of());
        wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.UPDATE_CONSUMER_OFFSET,
                        new UpdateConsumerOffsetRequest("billing", "orders", 2, 1).fields()));

        restart();

        assertThat(offset("billing", 2).fields()).containsEntry("offset", "1");
        assertThat(offset("newcomer", 2).fields()).containsEntry("offset", "0");
        assertThat(wire.messages(broker.address(), "orders", 2, 0)).hasSize(1);
        assertThat(wire.route(broker.nameServerAddress(), "orders").isSuccess()).isTrue();
    }

    private Command offset(String group, int queueId) {
        return wire.answer(
                broker.address(),
                Command.request(
                        RequestCode.QUERY_CONSUMER_OFFSET,
                        new QueryConsumerOffsetRequest(group, "orders", queueId, true).fields()));
    }

    @Test
    void refusesMemberWithAnotherSubscriptionUntilTheOthersLeft() {
        assertThat(wire.heartbeat(broker.address(), "c1", "g", "orders", "a", 1).isSuccess())
                .isTrue();
        assertThat(wire.heartbeat(broker.address(), "c1", "g", "orders", "a", 2).isSuccess())
                .isTrue();

        Command refused = other.heartbeat(broker.address(), "c2", "g", "orders", "b", 3);

        assertThat(refused.isSuccess()).isFalse();
        assertThat(refused.remarkText())
                .contains("c1")
                .contains("c2")
                .contains("orders:a")
                .contains("orders:b");
        assertThat(members("g")).containsExactly("c1");

        wire.close();
        await().atMost(PATIENCE)
                .until(() -> other.heartbeat(broker.address(), "c2", "g", "orders", "b", 4)
                        .isSuccess());
        assertThat(members("g")).containsExactly("c2");
    }

    @Test
    void tellsMembersWhenSomebodyJoinsOrLeaves() throws Exception {
        wire.heartbeat(broker.address(), "c1", "g", "orders", "*", 1);
        assertThat(notice(wire)).isEqualTo("g");

        other.heartbeat(broker.address(), "c2", "g", "orders", "*", 1);
        assertThat(notice(wire)).isEqualTo("g");
        assertThat(members("g")).containsExactlyInAnyOrder("c1", "c2");

        other.close();
        assertThat(notice(wire)).isEqualTo("g");
    }

    private static String notice(WireClient client) throws InterruptedException {
        Command notice = client.fromBroker.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        assertThat(notice).isNotNull();
        assertThat(notice.code()).isEqualTo(RequestCode.NOTIFY_CONSUMER_IDS_CHANGED);
        return notice.fields().get("consumerGroup");
    }

    private List<String> members(String group) {
        try (WireClient asking = new WireClient()) {
            Command answer = asking.answer(
                    broker.address(),
                    Command.request(RequestCode.GET_CONSUMER_LIST_BY_GROUP, new ConsumerGroupRequest(group).fields()));
            return JsonBodies.read(answer.body(), ConsumerIds.class).ids();
        }
    }

    @Test
    void hasRouteOfRetryTopicBeforeTheGroupsFirstHeartbeat() {
        TopicRoute route = JsonBodies.read(
                wire.route(broker.nameServerAddress(), "%RETRY%never-seen").body(), TopicRoute.class);

        assertThat(route.queues())
                .singleElement()
                .satisfies(queues -> assertThat(queues.readQueues()).isEqualTo(1));
        // And a pull from it is served although nothing made the topic yet.
        assertThat(wire.pull(broker.address(), "never-seen", "%RETRY%never-seen", 0, 0, Duration.ZERO, "*")
                        .join()
                        .code())
                .isEqualTo(ResponseCode.PULL_NOT_FOUND);
    }

    @Test
    void takesBrokersOutOfTheRoutesWhenTheyStop() {
        BrokerProperties second = properties("broker-b");
        second.getNameServer().setEnabled(false);
        second.setNameServers(List.of("127.0.0.1:" + broker.nameServerAddress().getPort()));
        try (Broker b = Broker.start(second.toSettings())) {
            wire.send(broker.address(), "shared", 0, "1", Map.of());
            wire.send(b.address(), "shared", 0, "2", Map.of());
            assertThat(brokersOf("shared")).containsExactlyInAnyOrder("broker-a", "broker-b");
        }
        assertThat(brokersOf("shared")).containsExactly("broker-a");
    }

    private List<String> brokersOf(String topic) {
        return JsonBodies.read(wire.route(broker.nameServerAddress(), topic).body(), TopicRoute.class)
                .brokers()
                .stream()
                .map(BrokerAddresses::brokerName)
                .toList();
    }

    @Test
    void namesTheSettingWhenAPortIsTakenOrTheFolderInUse() {
        BrokerProperties taken = properties("broker-b");
        taken.setListenPort(broker.address().getPort());
        assertThatThrownBy(() -> Broker.start(taken.toSettings()))
                .isInstanceOf(BrokerStartException.class)
                .hasMessageContaining("reliable-mq.broker.listen-port");

        BrokerProperties nameServerTaken = properties("broker-b");
        nameServerTaken.getNameServer().setPort(broker.nameServerAddress().getPort());
        assertThatThrownBy(() -> Broker.start(nameServerTaken.toSettings()))
                .hasMessageContaining("reliable-mq.broker.name-server.port");

        assertThatThrownBy(() -> Broker.start(properties("broker-a").toSettings()))
                .hasMessageContaining("reliable-mq.broker.data-dir")
                .hasMessageContaining("in use");
        // What had been started before the failure is gone: the folder of the second try is free.
        Broker.start(properties("broker-b").toSettings()).close();
    }

    @Test
    void refusesWhatItCannotKeepItsWordFor() {
        Command tooFar = wire.send(broker.address(), "orders", 0, "x", Map.of("TIMER_DELAY_SEC", "4000000"));
        assertThat(tooFar.code()).isEqualTo(ResponseCode.MESSAGE_ILLEGAL);
        assertThat(tooFar.remark()).contains("timer-max-delay");
        assertThat(wire.send(broker.address(), "rmq_sys_wheel_timer", 0, "x", Map.of())
                        .code())
                .isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(wire.send(broker.address(), "RMQ_SYS_TRANS_HALF_TOPIC", 0, "x", Map.of())
                        .code())
                .isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(wire.send(broker.address(), "SCHEDULE_TOPIC_XXXX", 0, "x", Map.of())
                        .code())
                .isEqualTo(ResponseCode.NO_PERMISSION);
        assertThat(wire.send(broker.address(), "bad name", 0, "x", Map.of()).code())
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(wire.send(broker.address(), "orders", 99, "x", Map.of()).code())
                .isEqualTo(ResponseCode.INVALID_PARAMETER);
        assertThat(wire.answer(broker.address(), Command.request(4711, Map.of()))
                        .code())
                .isEqualTo(ResponseCode.REQUEST_CODE_NOT_SUPPORTED);
    }

    private List<StoredMessage> awaitMessages(String topic, int count) {
        return await().atMost(PATIENCE)
                .until(() -> wire.messages(broker.address(), topic, 0, 0), messages -> messages.size() >= count);
    }
}
