package io.reliablemq.spring.idempotent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.listener.ListenerFilter;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcConnectionPool;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import org.springframework.util.FileSystemUtils;

/**
 * Everything is delivered again, as after a crash that lost all offsets: the folder of the broker is set back to what it was
 * before the first delivery, and the database of the application is not.
 */
class RedeliveryIT {

    private static final int MESSAGES = 40;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @BeforeEach
    void forget() {
        Deliveries.ACKNOWLEDGED.clear();
    }

    @Test
    void eachMessageHasItsEffectOnceHoweverOftenItIsDelivered() throws IOException {
        try (ConfigurableApplicationContext application = start("reliable-mq.consumer.auto-startup=false")) {
            ReliableMqTemplate template = application.getBean(ReliableMqTemplate.class);
            IntStream.range(0, MESSAGES).forEach(i -> template.send("payments", "p-" + i));
            assertThat(effects(application)).isEmpty();
        }
        FileSystemUtils.copyRecursively(data(), folder.resolve("before"));

        try (ConfigurableApplicationContext application = start()) {
            // Attempts that fail behind their effect are among them.
            await().atMost(PATIENCE).until(() -> Deliveries.ACKNOWLEDGED.size() == MESSAGES);
            assertThat(application.getBean(Payments.class).failed).hasValueGreaterThan(0);
            assertThat(effects(application)).hasSize(MESSAGES).doesNotHaveDuplicates();
        }

        for (int round = 0; round < 2; round++) {
            Deliveries.ACKNOWLEDGED.clear();
            FileSystemUtils.deleteRecursively(data());
            FileSystemUtils.copyRecursively(folder.resolve("before"), data());
            try (ConfigurableApplicationContext application = start()) {
                await().atMost(PATIENCE).until(() -> Deliveries.ACKNOWLEDGED.size() == MESSAGES);
                assertThat(application.getBean(Payments.class).called).hasValue(0);
                assertThat(effects(application)).hasSize(MESSAGES).doesNotHaveDuplicates();
            }
        }
    }

    private Path data() {
        return folder.resolve("data");
    }

    private ConfigurableApplicationContext start(String... properties) {
        return new SpringApplicationBuilder(Application.class)
                .sources(Payments.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "reliable-mq.broker.data-dir=" + data(),
                        "reliable-mq.broker.message-delay-level=100ms 100ms 100ms 100ms",
                        "application.database=jdbc:h2:file:" + folder.resolve("application"),
                        "reliable-mq.idempotent.initialize-schema=always")
                .properties(properties)
                .run();
    }

    private static List<String> effects(ConfigurableApplicationContext application) {
        assertThat(application.getBean(MessageListenerEndpointRegistry.class).ids())
                .hasSize(1);
        return application.getBean(JdbcTemplate.class).queryForList("SELECT id FROM payments", String.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {

        @Bean(destroyMethod = "dispose")
        JdbcConnectionPool dataSource(@Value("${application.database}") String url) {
            return JdbcConnectionPool.create(url, "sa", "");
        }

        @Bean
        ListenerFilter deliveries() {
            return call -> call.proceed()
                    .whenComplete(
                            (outcome, error) -> Deliveries.count(call.messages().get(0), outcome));
        }
    }

    /** Messages that were delivered and acknowledged. */
    static final class Deliveries {
        static final Set<String> ACKNOWLEDGED = ConcurrentHashMap.newKeySet();

        static void count(ReceivedMessage message, BatchOutcome outcome) {
            if (outcome != null && outcome.failure(message) == null) {
                ACKNOWLEDGED.add(message.messageId());
            }
        }

        private Deliveries() {}
    }

    @Component
    static class Payments {

        final AtomicInteger called = new AtomicInteger();
        final AtomicInteger failed = new AtomicInteger();
        private final JdbcTemplate jdbc;

        Payments(JdbcTemplate jdbc) {
            this.jdbc = jdbc;
            jdbc.execute("CREATE TABLE IF NOT EXISTS payments (id VARCHAR(20))");
        }

        // tag::jdbc[]
        @MessageListener(topic = "payments", group = "payment-service", idempotent = MessageListener.JDBC)
        void onPayment(String id) {
            jdbc.update("INSERT INTO payments (id) VALUES (?)", id);
            // end::jdbc[]
            called.incrementAndGet();
            if (id.endsWith("7") && failed.incrementAndGet() <= 6) {
                throw new IllegalStateException("behind the effect, before the commit");
            }
            // tag::jdbc[]
        }
        // end::jdbc[]
    }
}
