package io.reliablemq.spring.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.outbox.OutboxMonitor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.jdbc.core.JdbcTemplate;

/** What the pages on sending and on the outbox show, with a broker and a database. */
class SendingGuideIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    static Path folder;

    private static final List<ReceivedMessage> RECEIVED = new CopyOnWriteArrayList<>();

    private static ConfigurableApplicationContext application;

    @BeforeAll
    static void start() {
        application = new SpringApplicationBuilder(Application.class)
                .web(WebApplicationType.NONE)
                .bannerMode(Banner.Mode.OFF)
                .properties(
                        "spring.config.location=classpath:guide/outbox.yml,classpath:guide/journal.yml",
                        "spring.datasource.generate-unique-name=true",
                        "reliable-mq.producer.send-timeout=2s",
                        "reliable-mq.broker.data-dir=" + folder.resolve("broker"))
                .run("--reliable-mq.producer.journal.folder=" + folder.resolve("journal"));
        application.getBean(JdbcTemplate.class).execute("CREATE TABLE orders (id VARCHAR(40), customer VARCHAR(40))");
        MqClient client = application.getBean(MqClient.class);
        PushConsumerSettings.Builder settings = PushConsumerSettings.builder("guide");
        for (String topic : List.of("orders", "notifications", "reminders")) {
            settings.subscribe(topic, "*");
        }
        PushConsumer consumer = client.pushConsumer(settings.build(), message -> {
            RECEIVED.add(message);
            return ConsumeResult.CONSUME_SUCCESS;
        });
        consumer.start();
    }

    @AfterAll
    static void stop() {
        application.close();
    }

    private static Sending sending() {
        return application.getBean(Sending.class);
    }

    private static ReceivedMessage awaitMessage(String orderId) {
        await().atMost(PATIENCE)
                .until(() -> RECEIVED.stream().anyMatch(message -> text(message).contains(orderId)));
        return RECEIVED.stream()
                .filter(message -> text(message).contains(orderId))
                .findFirst()
                .orElseThrow();
    }

    private static String text(ReceivedMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    @Test
    void sendsStepByStep() {
        assertThat(sending().stepByStep(new Order("steps", "c")).status()).isEqualTo(SendStatus.SEND_OK);

        ReceivedMessage received = awaitMessage("steps");
        assertThat(received.tag()).isEqualTo("created");
        assertThat(received.keys()).isEqualTo("steps");
        assertThat(received.property("source")).isEqualTo("shop");
    }

    @Test
    void sendsASpringMessage() {
        sending().springMessage(new Order("spring", "c"));

        assertThat(awaitMessage("spring").property("source")).isEqualTo("shop");
    }

    @Test
    void sendsAsynchronouslyAndInABatch() {
        List<String> ids = new CopyOnWriteArrayList<>();
        sending().asynchronously(new Order("async", "c"), ids).join();
        assertThat(awaitMessage("async").messageId()).isEqualTo(ids.get(0));

        List<Order> orders = IntStream.range(0, 5)
                .mapToObj(i -> new Order("batch-" + i, "c"))
                .toList();
        assertThat(sending().batch(orders)).hasSize(5).allMatch(receipt -> receipt.status() == SendStatus.SEND_OK);
        orders.forEach(order -> awaitMessage(order.id()));
    }

    @Test
    void callsBackWhatWaits() {
        assertThat(sending().delayedAndCalledBack(new Order("late", "c"))).isNotEmpty();
    }

    @Test
    void asksAndIsAnswered() {
        MqClient client = application.getBean(MqClient.class);
        Producer producer = application.getBean(Producer.class);
        PushConsumer prices = client.pushConsumer(
                PushConsumerSettings.builder("prices").subscribe("prices", "*").build(), request -> {
                    producer.reply(request, "42".getBytes(StandardCharsets.UTF_8));
                    return ConsumeResult.CONSUME_SUCCESS;
                });
        prices.start();

        assertThat(sending().request(new Order("price", "c"))).isEqualTo("42");
    }

    @Test
    void sendsInATransactionOfTheBroker() {
        assertThat(sending().brokerTransaction(new Order("commit", "c")).outcome())
                .isEqualTo(TransactionOutcome.COMMIT);
        awaitMessage("commit");
        assertThat(sending().brokerTransaction(new Order("rollback", "c")).outcome())
                .isEqualTo(TransactionOutcome.ROLLBACK);
    }

    @Test
    void sendsAfterTheCommit() {
        assertThat(sending().notifyAfterCommit(new Order("notified", "c")).status())
                .isEqualTo(SendStatus.AFTER_COMMIT);
        awaitMessage("notified");
    }

    @Test
    void placesAnOrderAndItsMessageTogetherOrNotAtAll() {
        Orders orders = application.getBean(Orders.class);
        assertThat(orders.place(new Order("placed", "c")).status()).isEqualTo(SendStatus.IN_OUTBOX);
        assertThatIllegalStateException().isThrownBy(() -> orders.placeAndFail(new Order("failed", "c")));

        assertThat(awaitMessage("placed").tag()).isEqualTo("created");
        OutboxMonitor monitor = application.getBean(OutboxMonitor.class);
        await().atMost(PATIENCE).until(() -> monitor.figures().waiting() == 0);
        assertThat(application.getBean(JdbcTemplate.class).queryForList("SELECT id FROM orders", String.class))
                .contains("placed")
                .doesNotContain("failed");
        assertThat(RECEIVED).noneMatch(message -> text(message).contains("failed"));
    }

    @Test
    void keepsInTheJournalAndInTheOutboxWhatIsSentWhileTheBrokerIsAway() {
        EmbeddedBroker broker = application.getBean(EmbeddedBroker.class);
        broker.stop();
        List<String> sent = new ArrayList<>();
        try {
            assertThat(sending().failure(new Order("journalled", "c"))).isEqualTo("safe");
            assertThat(application.getBean(StoreAndForward.class).waiting()).isPositive();
            application.getBean(Orders.class).place(new Order("outboxed", "c"));
            sent.addAll(List.of("journalled", "outboxed"));
        } finally {
            broker.start();
        }
        sent.forEach(SendingGuideIT::awaitMessage);
        assertThat(RECEIVED.stream().filter(message -> text(message).contains("outboxed")))
                .hasSize(1);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    @Import({Orders.class, Sending.class})
    static class Application {

        // tag::transaction-listener[]
        @Bean
        TransactionListener localTransactions() {
            return new TransactionListener() {
                @Override
                public TransactionOutcome execute(Message message, @Nullable Object orderId) {
                    return "commit".equals(orderId) ? TransactionOutcome.COMMIT : TransactionOutcome.ROLLBACK;
                }

                @Override
                public TransactionOutcome check(ReceivedMessage half) {
                    return TransactionOutcome.ROLLBACK;
                }
            };
        }
        // end::transaction-listener[]
    }
}
