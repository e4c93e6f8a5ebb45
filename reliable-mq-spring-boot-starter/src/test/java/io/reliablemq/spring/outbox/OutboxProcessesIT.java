package io.reliablemq.spring.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.fixture.PostgresServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;

/** Applications as processes of their own, with a broker and a PostgreSQL that they share. */
class OutboxProcessesIT {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    @TempDir
    Path folder;

    private final List<Process> processes = new ArrayList<>();
    private final List<ReceivedMessage> received = new CopyOnWriteArrayList<>();
    private JdbcTemplate jdbc;
    private EmbeddedBroker broker;
    private MqClient client;

    @BeforeEach
    void start() {
        PGSimpleDataSource database = new PGSimpleDataSource();
        database.setUrl(PostgresServer.get().url());
        jdbc = new JdbcTemplate(database);
        for (String table :
                List.of("placed", "reliable_mq_outbox", "reliable_mq_outbox_relay", "reliable_mq_outbox_lane")) {
            jdbc.execute("DROP TABLE IF EXISTS " + table);
        }
        jdbc.execute("CREATE TABLE placed (id VARCHAR(40) PRIMARY KEY, customer VARCHAR(40), number INTEGER)");
        new ResourceDatabasePopulator(new ClassPathResource("io/reliablemq/spring/outbox/schema-postgresql.sql"))
                .execute(database);
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(folder.resolve("broker").toString());
        broker = new EmbeddedBroker(properties);
        broker.afterPropertiesSet();
        client = MqClient.create(ClientSettings.of(broker.nameServers().get(0)));
        PushConsumer consumer = client.pushConsumer(
                PushConsumerSettings.builder("watching")
                        .subscribe(OutboxApplication.TOPIC, "*")
                        .consumeMode(ConsumeMode.ORDERLY)
                        .build(),
                message -> {
                    received.add(message);
                    return ConsumeResult.CONSUME_SUCCESS;
                });
        consumer.start();
    }

    @AfterEach
    void end() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        client.close();
        broker.destroy();
    }

    @Test
    void nothingIsLostWhenAnInstanceIsKilled() throws Exception {
        Process first = application("a", 2_000);
        await().atMost(PATIENCE).until(() -> received.size() > 100);
        first.destroyForcibly().waitFor();
        long open = jdbc.queryForObject("SELECT COUNT(*) FROM reliable_mq_outbox", Long.class);
        Process second = application("b", 0);

        awaitEmptyOutbox(second);

        assertThat(open).as("messages that the killed instance had not sent").isPositive();
        assertThatEachCommittedOrderCameOnceAndInOrder();
    }

    @Test
    void twoInstancesShareTheWorkAndOneGoesOnAloneWhenTheOtherIsKilled() throws Exception {
        Process first = application("a", 200);
        Process second = application("b", 2_000);
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(first.isAlive()).as(output("a")).isTrue();
            assertThat(output("a")).contains("WRITTEN");
        });
        await().atMost(PATIENCE).until(() -> ownersOfLanes().size() == 2);
        await().atMost(PATIENCE).until(() -> received.size() > 300);
        second.destroyForcibly().waitFor();

        awaitEmptyOutbox(first);

        // The killed one may have had nothing left to send, so that its lanes are taken when its lease ends.
        await().atMost(PATIENCE).until(() -> ownersOfLanes().size() == 1);
        assertThatEachCommittedOrderCameOnceAndInOrder();
    }

    private List<String> ownersOfLanes() {
        return jdbc.queryForList(
                "SELECT DISTINCT owner FROM reliable_mq_outbox_lane WHERE owner IS NOT NULL", String.class);
    }

    private void awaitEmptyOutbox(Process sending) {
        await().atMost(PATIENCE).conditionEvaluationListener(null).untilAsserted(() -> {
            assertThat(sending.isAlive()).isTrue();
            assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM reliable_mq_outbox", Long.class))
                    .isZero();
            assertThat(received).hasSizeGreaterThanOrEqualTo(placed().size());
        });
    }

    private List<String> placed() {
        return jdbc.queryForList("SELECT id FROM placed", String.class);
    }

    private void assertThatEachCommittedOrderCameOnceAndInOrder() {
        assertThat(received.stream().map(OutboxProcessesIT::text).toList())
                .containsExactlyInAnyOrderElementsOf(placed());
        Map<String, List<Integer>> numbers = received.stream()
                .collect(Collectors.groupingBy(
                        message -> String.valueOf(message.property("__SHARDINGKEY")),
                        Collectors.mapping(
                                message -> Integer.parseInt(text(message).split("-")[1]), Collectors.toList())));
        assertThat(numbers).hasSizeGreaterThanOrEqualTo(OutboxApplication.KEYS);
        numbers.values().forEach(ofKey -> assertThat(ofKey).isSorted());
    }

    private static String text(ReceivedMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    private Process application(String name, int orders) throws IOException {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        path,
                        OutboxApplication.class.getName(),
                        name,
                        Integer.toString(orders),
                        "--spring.datasource.url=" + PostgresServer.get().url(),
                        "--reliable-mq.name-server=" + broker.nameServers().get(0),
                        "--reliable-mq.producer.send-timeout=1s",
                        "--reliable-mq.template.in-transaction=outbox",
                        "--reliable-mq.outbox.enabled=true",
                        "--reliable-mq.outbox.initialize-schema=never",
                        "--reliable-mq.outbox.relay.lease=4s",
                        "--logging.level.root=warn")
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start();
        processes.add(process);
        // Also where this process is ended in the middle of a test.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        return process;
    }

    private String output(String name) throws IOException {
        return Files.readString(folder.resolve(name + ".log"));
    }
}
