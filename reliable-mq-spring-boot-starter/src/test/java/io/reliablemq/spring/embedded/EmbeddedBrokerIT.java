package io.reliablemq.spring.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.BrokerStartException;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.fixture.Failures;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;

/** An application with a broker inside, from the template to the listener and back to the disk. */
class EmbeddedBrokerIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    record Order(String id, int amount) {}

    @BeforeEach
    void forget() {
        Orders.RECEIVED.clear();
    }

    @Test
    void takesAnOrderFromTheTemplateToTheListener() {
        try (ConfigurableApplicationContext application = start(Orders.class)) {
            var receipt = template(application)
                    .send(
                            "orders:created",
                            new Order("o-1", 5),
                            Map.of("source", "shop", ReliableMqHeaders.KEYS, "o-1"));

            awaitReceived("created o-1 5 from shop, attempt 0");
            assertThat(receipt.messageId()).isNotEmpty();
            assertThat(receipt.topic()).isEqualTo("orders");

            template(application).sendAsync("orders:paid", new Order("o-2", 6)).join();
            template(application).sendOneWay("orders:paid", new Order("o-3", 7));
            awaitReceived("created o-1 5 from shop, attempt 0", "paid o-2", "paid o-3");
        }
    }

    @Test
    void retriesAFailedAndAPostponedMessageUntilItSucceeds() {
        try (ConfigurableApplicationContext application = start(Retried.class)) {
            template(application).send("retried", "throws");
            template(application).send("retried", "postpones");

            awaitReceived("throws 0", "throws 1", "throws 2", "postpones 0", "postpones 1", "postpones 2");
        }
    }

    @Test
    void keepsPoisonAndWhatFailsForEverAsDeadLetters() {
        try (ConfigurableApplicationContext application = start(Poisoned.class)) {
            template(application).send("poison", "{not json");
            template(application).send("poison", new Order("hopeless", 1));

            awaitReceived(
                    "dead {not json of poison",
                    "tried hopeless 0",
                    "tried hopeless 1",
                    "tried hopeless 2",
                    "dead {\"id\":\"hopeless\",\"amount\":1} of poison");
        }
    }

    @Test
    void goesOnWhereItStoppedOnTheSameFolder() {
        try (ConfigurableApplicationContext application = start(Orders.class)) {
            application.getBean(MessageListenerEndpointRegistry.class).stop();
            IntStream.range(0, 20).forEach(i -> template(application).send("orders:paid", new Order("kept-" + i, i)));
            assertThat(Orders.RECEIVED).isEmpty();
        }
        try (ConfigurableApplicationContext restarted = start(Orders.class)) {
            assertThat(restarted.isRunning()).isTrue();
            awaitReceived(IntStream.range(0, 20).mapToObj(i -> "paid kept-" + i).toArray(String[]::new));
        }
        Orders.RECEIVED.clear();
        try (ConfigurableApplicationContext application = start(Orders.class)) {
            template(application).send("orders:paid", new Order("new", 1));
            awaitReceived("paid new");
        }
    }

    @Test
    void stopsAndStartsWithItsContextOnTheSamePorts() {
        try (ConfigurableApplicationContext application = start(Orders.class)) {
            EmbeddedBroker broker = application.getBean(EmbeddedBroker.class);
            List<String> nameServers = broker.nameServers();
            template(application).send("orders:paid", new Order("before", 1));
            awaitReceived("paid before");

            application.stop();
            assertThat(broker.isRunning()).isFalse();
            application.start();

            assertThat(broker.nameServers()).isEqualTo(nameServers);
            template(application).send("orders:paid", new Order("after", 1));
            awaitReceived("paid before", "paid after");
        }
    }

    @Test
    void isFoundThroughTheNameServersThatItRegistersWith() {
        try (ConfigurableApplicationContext first = start(Orders.class)) {
            String nameServer =
                    first.getBean(EmbeddedBroker.class).nameServers().get(0);
            try (ConfigurableApplicationContext second = builder()
                    .properties(
                            "reliable-mq.broker.data-dir=" + folder.resolve("second"),
                            "reliable-mq.broker.name=broker-b",
                            "reliable-mq.broker.name-servers=" + nameServer + ";" + nameServer)
                    .run()) {
                assertThat(second.getBean(EmbeddedBroker.class).nameServers()).containsOnly(nameServer);
                template(second).send("orders:paid", new Order("through the first", 1));
                awaitReceived("paid through the first");
            }
        }
    }

    @Test
    void freesItsFolderWhilePaused() {
        try (ConfigurableApplicationContext paused = start(Orders.class)) {
            paused.pause();
            try (ConfigurableApplicationContext other = start(Orders.class)) {
                template(other).send("orders:paid", new Order("other", 1));
                awaitReceived("paid other");
            }
            paused.restart();
            template(paused).send("orders:paid", new Order("again", 1));
            awaitReceived("paid other", "paid again");
        }
    }

    @Test
    void sendsFromTheFirstToTheLastMomentOfABean() {
        try (ConfigurableApplicationContext application = start(Orders.class, EarlyAndLate.class)) {
            assertThat(application.isRunning()).isTrue();
            awaitReceived("paid early");
        }
        // The listeners had stopped before the last message was sent.
        try (ConfigurableApplicationContext restarted = start(Orders.class)) {
            assertThat(restarted.isRunning()).isTrue();
            awaitReceived("paid early", "paid late");
        }
    }

    @Test
    void refusesAFolderThatAnotherBrokerUses() {
        try (ConfigurableApplicationContext first = start(Orders.class)) {
            assertThat(first.isRunning()).isTrue();
            assertThat(startFailure()).hasMessageContaining(folder.toString());
        }
    }

    @Test
    void refusesAPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(startFailure("reliable-mq.broker.listen-port=" + taken.getLocalPort()))
                    .hasMessageContaining("reliable-mq.broker.listen-port")
                    .hasMessageContaining(Integer.toString(taken.getLocalPort()));
        }
    }

    @Test
    void refusesASettingThatMakesNoSense() {
        assertThat(startFailure("reliable-mq.broker.flush-interval=0ms"))
                .hasMessageContaining("reliable-mq.broker.flush-interval");
    }

    private BrokerStartException startFailure(String... properties) {
        try (ConfigurableApplicationContext application =
                builder(Orders.class).properties(properties).run()) {
            throw new AssertionError("Started: " + application);
        } catch (RuntimeException e) {
            return Failures.find(e, BrokerStartException.class);
        }
    }

    private ConfigurableApplicationContext start(Class<?>... beans) {
        return builder(beans).run();
    }

    private SpringApplicationBuilder builder(Class<?>... beans) {
        return new SpringApplicationBuilder(Application.class)
                .sources(beans)
                .web(WebApplicationType.NONE)
                .bannerMode(org.springframework.boot.Banner.Mode.OFF)
                .properties(
                        "reliable-mq.broker.data-dir=" + folder,
                        "reliable-mq.broker.message-delay-level=100ms 100ms 200ms 200ms 200ms",
                        "reliable-mq.consumer.commit-interval=200ms");
    }

    private static ReliableMqTemplate template(ConfigurableApplicationContext application) {
        return application.getBean(ReliableMqTemplate.class);
    }

    private static void awaitReceived(String... expected) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(Orders.RECEIVED).containsExactlyInAnyOrder(expected));
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration
    static class Application {}

    @Component
    static class Orders {
        static final List<String> RECEIVED = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "orders", group = "order-service", tags = "created")
        void onCreated(
                Order order, @Header String source, @Header(ReliableMqHeaders.RECONSUME_TIMES) int reconsumeTimes) {
            RECEIVED.add(
                    "created " + order.id() + " " + order.amount() + " from " + source + ", attempt " + reconsumeTimes);
        }

        @MessageListener(topic = "orders", group = "order-service", tags = "paid")
        void onPaid(Order order) {
            RECEIVED.add("paid " + order.id());
        }
    }

    @Component
    static class Retried {
        @MessageListener(topic = "retried", group = "retrying")
        ConsumeResult on(String text, ReceivedMessage message) {
            Orders.RECEIVED.add(text + " " + message.reconsumeTimes());
            if (message.reconsumeTimes() == 2) {
                return ConsumeResult.CONSUME_SUCCESS;
            }
            if (text.equals("throws")) {
                throw new IllegalStateException("attempt " + message.reconsumeTimes() + " fails");
            }
            return ConsumeResult.RECONSUME_LATER;
        }
    }

    @Component
    static class Poisoned {
        @MessageListener(topic = "poison", group = "picky", maxReconsumeTimes = "2")
        void on(Order order, ReceivedMessage message) {
            Orders.RECEIVED.add("tried " + order.id() + " " + message.reconsumeTimes());
            throw new IllegalStateException("never works");
        }

        @MessageListener(topic = "%DLQ%picky", group = "dead-letters")
        void onDead(byte[] body, @Header(ReliableMqHeaders.DEAD_LETTER_ORIGIN_TOPIC) String origin) {
            Orders.RECEIVED.add("dead " + new String(body, StandardCharsets.UTF_8) + " of " + origin);
        }
    }

    /** Sends while beans are made and while they are destroyed. */
    @Component
    static class EarlyAndLate implements InitializingBean, DisposableBean {
        private final ReliableMqTemplate template;

        EarlyAndLate(ReliableMqTemplate template) {
            this.template = template;
        }

        @Override
        public void afterPropertiesSet() {
            template.send("orders:paid", new Order("early", 1));
        }

        @Override
        public void destroy() {
            template.send("orders:paid", new Order("late", 1));
        }
    }
}
