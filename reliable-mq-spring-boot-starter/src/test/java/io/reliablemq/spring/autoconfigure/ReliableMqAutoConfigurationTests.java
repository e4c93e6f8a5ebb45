package io.reliablemq.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.AllocationStrategy;
import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.ClientSettings;
import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumerEvents;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.config.ConsumerSettingsCustomizer;
import io.reliablemq.spring.config.MessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.core.ReliableMqOperations;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import io.reliablemq.spring.fixture.Failures;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.fixture.RecordingProducer;
import io.reliablemq.spring.support.PayloadConverter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;
import org.springframework.messaging.converter.StringMessageConverter;

class ReliableMqAutoConfigurationTests {

    private final ApplicationContextRunner unconnected = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    ReliableMqAutoConfiguration.class,
                    JacksonAutoConfiguration.class,
                    ValidationAutoConfiguration.class));

    private final ApplicationContextRunner context =
            unconnected.withPropertyValues("reliable-mq.name-server=127.0.0.1:1");

    record Order(String id) {}

    @Test
    void setsUpSendingAndListeningForANameServer() {
        context.run(started -> assertThat(started)
                .hasNotFailed()
                .hasSingleBean(MqClient.class)
                .hasSingleBean(Producer.class)
                .hasSingleBean(ReliableMqTemplate.class)
                .hasSingleBean(MessageListenerEndpointRegistry.class)
                .doesNotHaveBean(EmbeddedBroker.class)
                .doesNotHaveBean(BrokerProperties.class));
    }

    @Test
    void doesNothingWhenSwitchedOff() {
        unconnected
                .withPropertyValues("reliable-mq.enabled=false")
                .run(started -> assertThat(started)
                        .hasNotFailed()
                        .doesNotHaveBean(MqClient.class)
                        .doesNotHaveBean(ReliableMqOperations.class)
                        .doesNotHaveBean(EmbeddedBroker.class)
                        .doesNotHaveBean(MessageListenerEndpointRegistry.class));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reliable-mq.name-server=a:1,b:2",
                "reliable-mq.name-server= a:1 ; b:2 ",
                "reliable-mq.name-server[0]=a:1"
            })
    void readsNameServers(String property) {
        unconnected
                .withPropertyValues(property)
                .withBean(Producer.class, RecordingProducer::new)
                .run(started -> {
                    List<String> expected = property.contains("[0]") ? List.of("a:1") : List.of("a:1", "b:2");
                    assertThat(started.getBean(ReliableMqConnectionDetails.class)
                                    .getNameServers())
                            .isEqualTo(expected);
                });
    }

    @Test
    void prefersConnectionDetailsOfTheApplication() {
        context.withBean(ReliableMqConnectionDetails.class, () -> () -> List.of("other:9876"))
                .run(started -> assertThat(started.getBean(ReliableMqConnectionDetails.class)
                                .getNameServers())
                        .containsExactly("other:9876"));
        unconnected
                .withBean(ReliableMqConnectionDetails.class, () -> () -> List.of("other:9876"))
                .run(started -> assertThat(started).hasNotFailed().doesNotHaveBean(EmbeddedBroker.class));
    }

    @Test
    void givesWayToBeansOfTheApplication() {
        RecordingProducer producer = new RecordingProducer();
        MqClient client = MqClient.create(ClientSettings.of("127.0.0.1:1"));
        unconnected
                .withPropertyValues("reliable-mq.embedded.enabled=false")
                .withBean("myClient", MqClient.class, () -> client)
                .withBean("myProducer", Producer.class, () -> producer)
                .run(started -> {
                    assertThat(started).hasNotFailed();
                    assertThat(started.getBean(MqClient.class)).isSameAs(client);
                    assertThat(started.getBean(Producer.class)).isSameAs(producer);
                    started.getBean(ReliableMqTemplate.class).send("orders", "x");
                    assertThat(producer.sent).hasSize(1);
                });
        assertThat(producer.closed).isTrue();
    }

    @Test
    void givesWayToOperationsOfTheApplication() {
        ReliableMqOperations own = org.mockito.Mockito.mock(ReliableMqOperations.class);
        context.withBean("mine", ReliableMqOperations.class, () -> own)
                .run(started -> assertThat(started)
                        .doesNotHaveBean(ReliableMqTemplate.class)
                        .getBean(ReliableMqOperations.class)
                        .isSameAs(own));
    }

    @Test
    void convertsWithTheMapperOfTheApplication() {
        RecordingProducer producer = new RecordingProducer();
        context.withBean(Producer.class, () -> producer)
                .withPropertyValues("spring.jackson.property-naming-strategy=UPPER_CAMEL_CASE")
                .run(started -> {
                    started.getBean(ReliableMqTemplate.class).send("orders", new Order("o-1"));
                    assertThat(producer.onlySent().body())
                            .asString(StandardCharsets.UTF_8)
                            .isEqualTo("{\"Id\":\"o-1\"}");
                });
    }

    @Test
    void convertsWithItsOwnMapperWhereTheApplicationHasNone() {
        RecordingProducer producer = new RecordingProducer();
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(ReliableMqAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader(JacksonAutoConfiguration.class))
                .withPropertyValues("reliable-mq.name-server=127.0.0.1:1")
                .withBean(Producer.class, () -> producer)
                .run(started -> {
                    started.getBean(ReliableMqTemplate.class).send("orders", new Order("o-1"));
                    assertThat(producer.onlySent().body())
                            .asString(StandardCharsets.UTF_8)
                            .isEqualTo("{\"id\":\"o-1\"}");
                });
    }

    @Test
    void convertsWithTheConverterOfTheApplication() {
        RecordingProducer producer = new RecordingProducer();
        context.withBean(Producer.class, () -> producer)
                .withBean(
                        PayloadConverter.class,
                        () -> PayloadConverter.of(List.of(new StringMessageConverter(StandardCharsets.UTF_16BE))))
                .run(started -> {
                    started.getBean(ReliableMqTemplate.class).send("orders", "x", Map.of());
                    assertThat(producer.onlySent().body()).isEqualTo(new byte[] {0, 'x'});
                });
    }

    @Test
    void bindsConsumerSettings() {
        context.withPropertyValues(
                        "reliable-mq.consumer.concurrency=3",
                        "reliable-mq.consumer.max-reconsume-times=4",
                        "reliable-mq.consumer.consume-from=LAST_OFFSET",
                        "reliable-mq.consumer.pull-batch-size=5",
                        "reliable-mq.consumer.max-cached-messages=6",
                        "reliable-mq.consumer.max-cached-size=7KB",
                        "reliable-mq.consumer.commit-interval=8s",
                        "reliable-mq.consumer.shutdown-timeout=9s",
                        "reliable-mq.consumer.retry-delays=1s,10s",
                        "reliable-mq.consumer.non-retryable-exceptions=java.io.IOException",
                        "reliable-mq.consumer.consume-mode=orderly",
                        "reliable-mq.consumer.message-model=broadcasting",
                        "reliable-mq.consumer.offset-folder=somewhere/offsets",
                        "reliable-mq.client.instance-name=node.1",
                        "reliable-mq.consumer.max-total-cached-messages=11",
                        "reliable-mq.consumer.max-total-cached-size=12MB",
                        "reliable-mq.consumer.max-messages-per-second=13.5",
                        "reliable-mq.consumer.consume-timeout=14s",
                        "reliable-mq.consumer.stuck-after=15s",
                        "reliable-mq.consumer.allocation=sticky",
                        "reliable-mq.consumer.auto-startup=false")
                .withBean(Listener.class)
                .run(started -> assertThat(started.getBean(MessageListenerEndpointRegistry.class)
                                .containerOfGroup("g")
                                .settings())
                        .isEqualTo(PushConsumerSettings.builder("g")
                                .subscribe("orders", "*")
                                .consumeFrom(ConsumeFrom.LAST_OFFSET)
                                .threads(3)
                                .retries(new RetrySettings(
                                        4,
                                        List.of(Duration.ofSeconds(1), Duration.ofSeconds(10)),
                                        Set.of(IOException.class)))
                                .consumeMode(ConsumeMode.ORDERLY)
                                .broadcasting(Path.of("somewhere/offsets/node_1/g"))
                                .pullBatchSize(5)
                                .cache(new CacheLimits(6, 7 * 1024, 11, 12 << 20))
                                .maxMessagesPerSecond(13.5)
                                .consumeTimeout(Duration.ofSeconds(14))
                                .stuckAfter(Duration.ofSeconds(15))
                                .commitInterval(Duration.ofSeconds(8))
                                .shutdownTimeout(Duration.ofSeconds(9))
                                .allocation(AllocationStrategy.sticky())
                                .build()));
    }

    @Test
    void startsListenersAtATime() {
        context.withPropertyValues(
                        "reliable-mq.consumer.consume-from=timestamp",
                        "reliable-mq.consumer.consume-timestamp=2026-01-31T00:00:00Z")
                .withBean(Listener.class)
                .run(started -> assertThat(started.getBean(MessageListenerEndpointRegistry.class)
                                .containerOfGroup("g")
                                .settings()
                                .consumeTimestamp())
                        .isEqualTo("2026-01-31T00:00:00Z"));
    }

    @Test
    void tellsEveryBeanOfWhatSomebodyShouldLookAt() {
        List<String> heard = new CopyOnWriteArrayList<>();
        ConsumerEvents failing = new ConsumerEvents() {
            @Override
            public void timedOut(ReceivedMessage message) {
                heard.add("first");
                throw new IllegalStateException("of the first");
            }
        };
        ConsumerEvents second = new ConsumerEvents() {
            @Override
            public void timedOut(ReceivedMessage message) {
                heard.add("second");
            }
        };
        context.withBean(Listener.class)
                .withBean("a", ConsumerEvents.class, () -> failing)
                .withBean("b", ConsumerEvents.class, () -> second)
                .run(started -> {
                    ConsumerEvents events = started.getBean(MessageListenerEndpointRegistry.class)
                            .containerOfGroup("g")
                            .settings()
                            .events();
                    assertThatIllegalStateException()
                            .isThrownBy(() -> events.timedOut(Received.text("orders", "x", Map.of())))
                            .withMessage("of the first");
                    assertThat(heard).containsExactly("first", "second");
                });
    }

    @Test
    void letsCodeHaveTheLastWordOnAGroup() {
        context.withBean(Listener.class)
                .withBean(ConsumerSettingsCustomizer.class, () -> (group, settings) -> settings.threads(group.length()))
                .run(started -> assertThat(started.getBean(MessageListenerEndpointRegistry.class)
                                .containerOfGroup("g")
                                .settings()
                                .threads())
                        .isEqualTo(1));
    }

    @Test
    void keepsTheClientsDefaultsExceptForTheBoundOfAShutdown() {
        PushConsumerSettings group = PushConsumerSettings.of("g", Map.of("orders", "*"));
        context.withBean(Listener.class).run(started -> {
            SettingsFromProperties settings = new SettingsFromProperties(started.getBean(ReliableMqProperties.class));
            assertThat(started.getBean(MessageListenerEndpointRegistry.class)
                            .containerOfGroup("g")
                            .settings())
                    .isEqualTo(group.withShutdownTimeout(Duration.ofSeconds(25)));
            assertThat(settings.producer(null))
                    .isEqualTo(io.reliablemq.client.api.ProducerSettings.of("reliable-mq-producer"));
            assertThat(settings.client(List.of("a:1"), null)).isEqualTo(ClientSettings.of("a:1"));
        });
    }

    @Test
    void bindsProducerSettings() {
        context.withPropertyValues(
                        "reliable-mq.producer.group=p",
                        "reliable-mq.producer.send-timeout=1s",
                        "reliable-mq.producer.retry-times-when-send-failed=10",
                        "reliable-mq.producer.retry-times-when-send-async-failed=4",
                        "reliable-mq.producer.retry-another-broker-when-not-store-ok=false",
                        "reliable-mq.producer.max-message-size=1MB",
                        "reliable-mq.producer.default-topic-queue-count=8",
                        "reliable-mq.producer.max-in-flight=9")
                .run(started -> assertThat(new SettingsFromProperties(started.getBean(ReliableMqProperties.class))
                                .producer("application"))
                        .isEqualTo(io.reliablemq.client.api.ProducerSettings.builder("p")
                                .sendTimeout(Duration.ofSeconds(1))
                                .retryTimesWhenSendFailed(10)
                                .retryTimesWhenSendAsyncFailed(4)
                                .retryAnotherBrokerWhenNotStoreOK(false)
                                .maxMessageBytes(1024 * 1024)
                                .defaultTopicQueueCount(8)
                                .maxInFlight(9)
                                .build()));
    }

    @Test
    void namesTheProducerGroupAfterTheApplication() {
        context.run(started -> assertThat(new SettingsFromProperties(started.getBean(ReliableMqProperties.class))
                        .producer("order.service v2")
                        .group())
                .isEqualTo("order-service-v2"));
    }

    @ParameterizedTest
    @CsvSource({
        "reliable-mq.name-server,nowhere",
        "reliable-mq.name-server,host:0",
        "reliable-mq.name-server,host:65536",
        "reliable-mq.health.timeout,0s",
        "reliable-mq.health.max-lag,-1",
        "reliable-mq.health.max-age,-1s",
        "reliable-mq.guarantee-report.timeout,0s",
        "reliable-mq.client.heartbeat-interval,0s",
        "reliable-mq.client.request-timeout,-1s",
        "reliable-mq.producer.group,or ders",
        "reliable-mq.producer.send-timeout,0ms",
        "reliable-mq.producer.retry-times-when-send-failed,-1",
        "reliable-mq.producer.max-message-size,3GB",
        "reliable-mq.producer.max-in-flight,0",
        "reliable-mq.consumer.concurrency,0",
        "reliable-mq.consumer.max-reconsume-times,-1",
        "reliable-mq.consumer.max-cached-size,0B",
        "reliable-mq.consumer.shutdown-timeout,-1s",
        "reliable-mq.consumer.consume-batch-size,0",
        "reliable-mq.consumer.consume-from,timestamp",
        "reliable-mq.consumer.retry-delays,3h",
        "reliable-mq.consumer.max-messages-per-second,-1"
    })
    void refusesNonsensicalValueByItsName(String name, String value) {
        context.withConfiguration(AutoConfigurations.of(
                        ReliableMqHealthAutoConfiguration.class, GuaranteeAutoConfiguration.class))
                .withPropertyValues(name + "=" + value)
                .withBean(Listener.class)
                .run(started -> {
                    assertThat(started).hasFailed();
                    var failure = Failures.find(
                            started.getStartupFailure(), InvalidConfigurationPropertyValueException.class);
                    assertThat(failure.getName()).isEqualTo(name);
                    assertThat(failure.getReason()).isNotBlank();
                });
    }

    @Test
    void saysWhatToDoWithoutBroker() {
        unconnected.withClassLoader(new FilteredClassLoader(Broker.class)).run(started -> {
            assertThat(started).hasFailed();
            assertThat(started.getStartupFailure())
                    .rootCause()
                    .isInstanceOfSatisfying(
                            NoBrokerException.class,
                            failure -> assertThat(failure.embeddable()).isFalse());
        });
        unconnected
                .withPropertyValues("reliable-mq.embedded.enabled=false")
                .run(started -> assertThat(started.getStartupFailure())
                        .rootCause()
                        .isInstanceOfSatisfying(
                                NoBrokerException.class,
                                failure -> assertThat(failure.embeddable()).isTrue()));
    }

    @Test
    void worksWithANameServerWhereTheBrokerIsAbsent() {
        context.withClassLoader(new FilteredClassLoader("io.reliablemq.broker"))
                .run(started -> assertThat(started).hasNotFailed().hasSingleBean(ReliableMqTemplate.class));
    }

    @Test
    void givesWayToAContainerFactoryOfTheApplication() {
        MessageListenerContainerFactory own = group -> {
            throw new IllegalArgumentException("mine");
        };
        context.withBean("mine", MessageListenerContainerFactory.class, () -> own)
                .withBean(Listener.class)
                .run(started ->
                        assertThat(started.getStartupFailure()).rootCause().hasMessage("mine"));
    }

    static class Listener {
        @MessageListener(topic = "orders", group = "g")
        void on(String text) {}
    }
}
