package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.accounting.GroupAccount;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.DeleteSubscriptionGroupRequest;
import io.reliablemq.protocol.message.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The accounts of a group whose consumers succeed, fail and give up, on a broker with real files and a real client. */
class AccountsIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int MESSAGES = 1_000;
    private static final int FAIL_ONCE = 10;
    private static final int FAIL_ALWAYS = 50;

    @TempDir
    Path folder;

    private Broker broker;

    @BeforeEach
    void start() {
        BrokerProperties properties = LocalProperties.in(folder);
        properties.setMessageDelayLevel("50ms 100ms 150ms 200ms");
        broker = Broker.start(properties.toSettings());
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private MqClient client() {
        return MqClient.create(
                ClientSettings.of("127.0.0.1:" + broker.nameServerAddress().getPort()));
    }

    private static PushConsumerSettings consumer(int maxReconsumeTimes) {
        return new PushConsumerSettings(
                "billing",
                Map.of("orders", "*"),
                ConsumeFrom.FIRST_OFFSET,
                8,
                maxReconsumeTimes,
                32,
                1_000,
                1 << 20,
                Duration.ofMillis(200),
                Duration.ofSeconds(10));
    }

    private static void send(MqClient client) throws Exception {
        try (Producer producer = client.producer(ProducerSettings.of("producers"))) {
            List<CompletableFuture<?>> sent = new ArrayList<>();
            for (int i = 0; i < MESSAGES; i++) {
                sent.add(producer.sendAsync(
                        Message.of("orders", Integer.toString(i).getBytes(StandardCharsets.UTF_8))));
            }
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(30, TimeUnit.SECONDS);
        }
    }

    private static ConsumeResult handle(ReceivedMessage message) {
        int number = Integer.parseInt(new String(message.body(), StandardCharsets.UTF_8));
        boolean fails = number % FAIL_ALWAYS == 0 || number % FAIL_ONCE == 0 && message.reconsumeTimes() == 0;
        return fails ? ConsumeResult.RECONSUME_LATER : ConsumeResult.CONSUME_SUCCESS;
    }

    private GroupAccount account() {
        return broker.accounts().getOrDefault("billing", new GroupAccount("billing", 0, 0, 0, 0, 0, 0, 0));
    }

    @Test
    void everyMessageIsAcknowledgedOrDeadInTheEnd() throws Exception {
        try (MqClient client = client();
                PushConsumer consumer = client.pushConsumer(consumer(2), AccountsIT::handle)) {
            consumer.start();
            send(client);

            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(account())
                            .matches(account -> account.unaccounted() == 0, "adds up at any moment")
                            .matches(account -> account.acknowledged() + account.dead() == MESSAGES, "is done"));
        }
        GroupAccount expected = new GroupAccount(
                "billing", MESSAGES, MESSAGES - MESSAGES / FAIL_ALWAYS, 0, 0, MESSAGES / FAIL_ALWAYS, 0, 0);
        assertThat(account()).isEqualTo(expected);

        broker.close();
        start();
        await().atMost(PATIENCE).until(() -> account().equals(expected));

        // Without the file, the same comes out of the log.
        broker.close();
        Files.delete(folder.resolve("state/accounts.json"));
        start();
        await().atMost(PATIENCE).until(() -> account().equals(expected));
    }

    @Test
    void groupThatOnlySubscribedIsKnownAcrossARestartUntilItIsDeleted() throws Exception {
        try (MqClient client = client();
                PushConsumer consumer = client.pushConsumer(consumer(2), AccountsIT::handle)) {
            consumer.start();
            await().atMost(PATIENCE).until(() -> broker.accounts().containsKey("billing"));
        }
        broker.close();
        start();
        try (MqClient client = client();
                WireClient wire = new WireClient()) {
            send(client);
            await().atMost(PATIENCE).until(() -> account().inFlight() == MESSAGES);

            Command request = Command.request(
                    RequestCode.DELETE_SUBSCRIPTION_GROUP,
                    new DeleteSubscriptionGroupRequest("billing", false).fields());
            assertThat(wire.answer(broker.address(), request).isSuccess()).isTrue();
            await().atMost(PATIENCE).until(() -> broker.accounts().isEmpty());
        }
    }
}
