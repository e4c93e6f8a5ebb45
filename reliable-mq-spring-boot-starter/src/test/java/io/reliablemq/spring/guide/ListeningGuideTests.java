package io.reliablemq.spring.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.spring.autoconfigure.IdempotentListenersAutoConfiguration;
import io.reliablemq.spring.autoconfigure.ReliableMqAutoConfiguration;
import io.reliablemq.spring.config.ContainerDefaults;
import io.reliablemq.spring.config.DefaultMessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.fixture.FakeConsumers;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.listener.MessageListenerContainer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.core.JdbcTemplate;

/** The snippets of the pages on listeners work as the pages say. */
class ListeningGuideTests {

    private static final String ORDER = "{\"id\":\"o-1\",\"amount\":5}";

    private final FakeConsumers consumers = new FakeConsumers();

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ReliableMqAutoConfiguration.class))
            .withPropertyValues("reliable-mq.name-server=127.0.0.1:1")
            .withBean(Listening.Work.class)
            .withBean(
                    MessageListenerContainerFactory.class,
                    () -> new DefaultMessageListenerContainerFactory(consumers, ContainerDefaults.ofClient()));

    @Test
    void listenersAreCalledAsTheyAreDeclared() {
        context.withBean(Listening.Payment.class)
                .withBean(Listening.Parameters.class)
                .withBean(Listening.Batches.class)
                .withBean(Listening.Later.class)
                .withBean(Listening.Replying.class)
                .withBean(Listening.Selecting.class)
                .withBean(Listening.Ordered.class)
                .withBean(Listening.Composed.class)
                .withBean(Listening.Desk.class)
                .run(started -> {
                    done("payment", "orders", ORDER, Map.of());
                    done("audit", "orders", ORDER, Map.of("source", "shop"));
                    done("search-index", "products", "x", Map.of());
                    done("mailer", "mails", "hello", Map.of());
                    done("quotes", "quote-requests", ORDER, Map.of());
                    done("shipping", "order-events", ORDER, Map.of("TAGS", "paid"));
                    done("shipping", "order-events", ORDER, Map.of("TAGS", "refused"));
                    done("large-orders", "order-events", ORDER, Map.of("amount", "2000"));
                    done("ledger", "bookings", "b-1", Map.of());
                    done("price-cache", "price-changes", "p-1", Map.of());
                    done("order-service", "composed-orders", "x", Map.of());
                    done(
                            "payment-dead-letters",
                            "%DLQ%payment",
                            ORDER,
                            Map.of("DLQ_ORIGIN_TOPIC", "orders", "DLQ_EXCEPTION_MESSAGE", "no money"));
                    assertThat(started.getBean(Listening.Work.class).done)
                            .containsExactly(
                                    "charge o-1",
                                    "o-1 from shop, retry 2, offset 42",
                                    "index id-1",
                                    "ship o-1",
                                    "stop o-1",
                                    "look at o-1",
                                    "b-1",
                                    "forget p-1",
                                    "composed x",
                                    "tell somebody of " + ORDER + " of orders: no money");
                    assertThat(consumers.ofGroup("audit").extended).hasSize(1);
                });
    }

    private void done(String group, String topic, String body, Map<String, String> properties) throws Exception {
        assertThat(consumers.ofGroup(group).deliver(Received.text(topic, body, properties)))
                .isEqualTo(ConsumeResult.CONSUME_SUCCESS);
    }

    @Test
    void settingsComeFromAnnotationsAndClasses() {
        context.withBean(Listening.Charging.class)
                .withBean(Listening.Warehouse.class)
                .withPropertyValues("charging.retries=7")
                .run(started -> {
                    var charging = consumers.ofGroup("charging");
                    assertThat(charging.settings.maxReconsumeTimes()).isEqualTo(7);
                    assertThat(charging.settings.retries().delays()).hasSize(3);
                    var message = Received.text("charges", "card", Map.of());
                    assertThat(charging.deliverAll(message).failure(message).deadLetter())
                            .isTrue();
                    assertThat(consumers.ofGroup("warehouse").settings.subscriptions())
                            .isEqualTo(Map.of("stock", "arrived || left"));
                    assertThat(consumers.ofGroup("warehouse").settings.threads())
                            .isEqualTo(4);
                });
    }

    @Test
    void codeAddsListenersAndRunsThem() {
        // With the application's own factory, whose client has nobody to talk to.
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ReliableMqAutoConfiguration.class))
                .withPropertyValues("reliable-mq.name-server=127.0.0.1:1", "reliable-mq.consumer.shutdown-timeout=0s")
                .withBean(Listening.Work.class)
                .withBean(Listening.Configured.class)
                .withBean(Listening.Operator.class)
                .run(started -> {
                    MessageListenerContainer container = started.getBean(MessageListenerEndpointRegistry.class)
                            .container("orders-of-north");
                    assertThat(container.settings().threads()).isEqualTo(2);
                    assertThat(container.settings().pullBatchSize()).isEqualTo(8);
                    started.getBean(Listening.Operator.class).holdAndGoOn();
                    assertThat(container.isRunning()).isTrue();
                    assertThat(container.isPaused()).isFalse();
                    assertThat(started.getBean(ContainerDefaults.class).filters())
                            .hasSize(1);
                });
    }

    @Test
    void idempotentListenersHaveTheirEffectOnce() {
        context.withConfiguration(AutoConfigurations.of(
                        IdempotentListenersAutoConfiguration.class,
                        DataSourceAutoConfiguration.class,
                        DataSourceTransactionManagerAutoConfiguration.class,
                        JdbcTemplateAutoConfiguration.class))
                .withPropertyValues("spring.datasource.generate-unique-name=true")
                .withBean(Listening.Idempotent.class)
                .run(started -> {
                    JdbcTemplate jdbc = started.getBean(JdbcTemplate.class);
                    jdbc.execute("CREATE TABLE entries (id VARCHAR(20), amount INT)");
                    for (int delivery = 0; delivery < 3; delivery++) {
                        done("ledger-entries", "payments", ORDER, Map.of());
                        done("ledger-entries", "transfers", ORDER, Map.of());
                    }
                    assertThat(jdbc.queryForObject("SELECT COUNT(*) FROM entries", Integer.class))
                            .isEqualTo(2);
                });
    }
}
