package io.reliablemq.spring.annotation;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.RetrySettings;
import io.reliablemq.spring.autoconfigure.IdempotentListenersAutoConfiguration;
import io.reliablemq.spring.autoconfigure.ReliableMqAutoConfiguration;
import io.reliablemq.spring.config.ContainerDefaults;
import io.reliablemq.spring.config.DefaultMessageListenerContainerFactory;
import io.reliablemq.spring.config.ListenerConfigurationException;
import io.reliablemq.spring.config.MessageListenerConfigurer;
import io.reliablemq.spring.config.MessageListenerContainerFactory;
import io.reliablemq.spring.config.MessageListenerEndpoint;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.fixture.Failures;
import io.reliablemq.spring.fixture.FakeConsumers;
import io.reliablemq.spring.fixture.Received;
import io.reliablemq.spring.listener.ListenerCall;
import io.reliablemq.spring.listener.ListenerErrorHandler;
import io.reliablemq.spring.listener.ListenerFilter;
import io.reliablemq.spring.listener.adapter.ListenerArgumentResolver;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.aop.framework.ProxyFactory;
import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.MethodParameter;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AliasFor;
import org.springframework.messaging.Message;
import org.springframework.scheduling.annotation.Async;

class MessageListenerTests {

    private final FakeConsumers consumers = new FakeConsumers();

    private final ApplicationContextRunner context = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ReliableMqAutoConfiguration.class))
            .withPropertyValues("reliable-mq.name-server=127.0.0.1:1")
            .withBean(
                    MessageListenerContainerFactory.class,
                    () -> new DefaultMessageListenerContainerFactory(consumers, ContainerDefaults.ofClient()));

    @Test
    void callsTheAnnotatedMethod() {
        context.withBean(Simple.class).run(started -> {
            var consumer = consumers.ofGroup("simple");
            assertThat(consumer.settings.subscriptions()).isEqualTo(Map.of("orders", "*"));
            assertThat(consumer.deliver(Received.text("orders", "hello", Map.of())))
                    .isEqualTo(ConsumeResult.CONSUME_SUCCESS);
            assertThat(started.getBean(Simple.class).received).containsExactly("hello");
        });
    }

    @Test
    void resolvesPlaceholdersAndExpressionsInAllAttributes() {
        context.withBean(Configured.class)
                .withPropertyValues(
                        "my.topic=orders", "my.group=configured", "my.tags=a || b", "my.threads=3", "my.start=false")
                .run(started -> {
                    var registry = started.getBean(MessageListenerEndpointRegistry.class);
                    var settings = registry.container("listener-3").settings();
                    assertThat(settings.group()).isEqualTo("configured");
                    assertThat(settings.subscriptions()).isEqualTo(Map.of("orders", "a || b"));
                    assertThat(settings.threads()).isEqualTo(3);
                    assertThat(settings.maxReconsumeTimes()).isEqualTo(6);
                    assertThat(registry.container("listener-3").isRunning()).isFalse();
                });
    }

    @Test
    void mergesListenersOfAGroupAndHandsOutByTopicAndTag() {
        context.withBean(Merged.class).run(started -> {
            var consumer = consumers.ofGroup("merged");
            assertThat(consumers.made).hasSize(1);
            assertThat(consumer.settings.subscriptions())
                    .isEqualTo(Map.of("orders", "created || paid || shipped", "stock", "*"));

            consumer.deliver(Received.tagged("orders", "paid", "1"));
            consumer.deliver(Received.tagged("orders", "created", "2"));
            consumer.deliver(Received.text("stock", "3", Map.of()));

            assertThat(started.getBean(Merged.class).received).containsExactly("paid 1", "created 2", "stock 3");
            assertThat(started.getBean(MessageListenerEndpointRegistry.class).ids())
                    .hasSize(3)
                    .allMatch(id -> id.contains(".on"));
        });
    }

    @Test
    void takesRepeatedAndComposedAnnotations() {
        context.withBean(Repeated.class).withBean(Composed.class).run(started -> {
            assertThat(consumers.ofGroup("r1").settings.subscriptions()).containsKey("one");
            assertThat(consumers.ofGroup("r2").settings.subscriptions()).containsKey("two");
            assertThat(consumers.ofGroup("composed").settings.subscriptions()).isEqualTo(Map.of("audit", "x"));
        });
    }

    @Test
    void takesAllSettingsFromTheAnnotation() {
        context.withBean(Everything.class)
                .withBean(
                        "mine", ListenerErrorHandler.class, () -> failure -> ListenerErrorHandler.Decision.ACKNOWLEDGE)
                .withPropertyValues("my.timeout=3m")
                .run(started -> {
                    var consumer = consumers.ofGroup("everything");
                    assertThat(consumer.settings)
                            .isEqualTo(PushConsumerSettings.builder("everything")
                                    .subscribeBySql("orders", "amount > 5")
                                    .broadcasting(Path.of("reliable-mq-offsets", "everything"))
                                    .consumeMode(ConsumeMode.ORDERLY)
                                    .threads(4)
                                    .consumeBatchSize(9)
                                    .retries(RetrySettings.of(3)
                                            .withDelays(List.of(Duration.ofSeconds(1), Duration.ofMinutes(2))))
                                    .consumeFrom(Instant.parse("2026-01-31T00:00:00Z"))
                                    .consumeTimeout(Duration.ofMinutes(3))
                                    .maxMessagesPerSecond(12.5)
                                    .build());
                    // The listener throws, and its error handler acknowledges.
                    assertThat(consumer.deliver(Received.text("orders", "x", Map.of())))
                            .isEqualTo(ConsumeResult.CONSUME_SUCCESS);
                });
    }

    @Test
    void givesUpAtOnceWhatTheAnnotationNames() {
        context.withBean(NoRetry.class).run(started -> {
            var message = Received.text("orders", "x", Map.of());
            assertThat(consumers
                            .ofGroup("n")
                            .deliverAll(message)
                            .failure(message)
                            .deadLetter())
                    .isTrue();
        });
    }

    @Test
    void takesDefaultsFromTheClass() {
        context.withBean(WithDefaults.class).run(started -> {
            var settings = consumers.ofGroup("defaults").settings;
            assertThat(consumers.made).hasSize(2);
            assertThat(settings.subscriptions()).isEqualTo(Map.of("orders", "created || paid", "stock", "paid"));
            assertThat(settings.threads()).isEqualTo(3);
            assertThat(settings.isOrderly()).isTrue();
            // Dead letters have a topic and a group of their own, but the other defaults.
            var dead = consumers.ofGroup("defaults-dead-letters").settings;
            assertThat(dead.subscriptions()).isEqualTo(Map.of("%DLQ%defaults", "*"));
            assertThat(dead.threads()).isEqualTo(3);
        });
    }

    @Test
    void prefersTheWordOfTheMethodToWhatTheClassSaysAgainstIt() {
        context.withBean(OwnWord.class).run(started -> {
            assertThat(started).hasNotFailed();
            var settings = consumers.ofGroup("own-word").settings;
            assertThat(settings.retries().delays()).containsExactly(Duration.ofSeconds(2));
            for (int i = 0; i < 2; i++) {
                consumers.ofGroup("own-word").deliver(Received.text("orders", "x", Map.of()));
            }
            assertThat(started.getBean(OwnWord.class).received).containsExactly("x", "x");
        });
        context.withBean(OwnBatch.class)
                .run(started -> assertThat(
                                consumers.ofGroup("own-batch").settings.consumeBatchSize())
                        .isEqualTo(7));
    }

    @Test
    void addsListenersByCode() {
        List<String> handled = new CopyOnWriteArrayList<>();
        context.withBean(Simple.class)
                .withBean(
                        MessageListenerConfigurer.class,
                        () -> registrar -> registrar.register(MessageListenerEndpoint.builder("by-code")
                                .topic("stock")
                                .group("simple")
                                .tags("moved")
                                .handler(message -> {
                                    handled.add(message.messageId());
                                    return ConsumeResult.CONSUME_SUCCESS;
                                })
                                .build()))
                .run(started -> {
                    var consumer = consumers.ofGroup("simple");
                    assertThat(consumer.settings.subscriptions()).isEqualTo(Map.of("orders", "*", "stock", "moved"));
                    consumer.deliver(Received.tagged("stock", "moved", "x"));
                    assertThat(handled).hasSize(1);
                    assertThat(started.getBean(MessageListenerEndpointRegistry.class)
                                    .ids())
                            .contains("by-code");
                });
    }

    @Test
    void appliesFiltersByOrderAndResolversOfTheApplication() {
        List<String> seen = new CopyOnWriteArrayList<>();
        context.withBean(WithUser.class)
                .withBean("second", CountingFilter.class, () -> new CountingFilter(2, seen))
                .withBean("first", CountingFilter.class, () -> new CountingFilter(1, seen))
                .withBean(ListenerArgumentResolver.class, UserResolver::new)
                .run(started -> {
                    consumers.ofGroup("user").deliver(Received.text("orders", "x", Map.of("user", "ann")));
                    assertThat(started.getBean(ContainerDefaults.class).filters())
                            .extracting(filter -> ((CountingFilter) filter).order())
                            .containsExactly(1, 2);
                    assertThat(started.getBean(WithUser.class).seen).containsExactly("ann x");
                });
    }

    @Test
    void keepsMarksInMemory() {
        context.withConfiguration(AutoConfigurations.of(IdempotentListenersAutoConfiguration.class))
                .withBean(InMemory.class)
                .run(started -> {
                    for (int i = 0; i < 3; i++) {
                        consumers.ofGroup("memory").deliver(Received.text("orders", "x", Map.of()));
                    }
                    assertThat(started.getBean(InMemory.class).received).containsExactly("x");
                });
    }

    @Test
    void callsThroughTheProxy() {
        List<String> intercepted = new CopyOnWriteArrayList<>();
        context.withBean(Simple.class)
                .withBean("creator", BeanNameAutoProxyCreator.class, () -> {
                    var creator = new BeanNameAutoProxyCreator();
                    creator.setBeanNames("*simple*", "*Simple*");
                    creator.setProxyTargetClass(true);
                    creator.setInterceptorNames("interceptor");
                    return creator;
                })
                .withBean("interceptor", org.aopalliance.intercept.MethodInterceptor.class, () -> invocation -> {
                    intercepted.add(invocation.getMethod().getName());
                    return invocation.proceed();
                })
                .run(started -> {
                    consumers.ofGroup("simple").deliver(Received.text("orders", "x", Map.of()));
                    assertThat(intercepted).contains("on");
                });
    }

    @Test
    void findsListenersOfLazyBeans() {
        context.withBean(Simple.class)
                .withInitializer(started -> started.addBeanFactoryPostProcessor(
                        new org.springframework.boot.LazyInitializationBeanFactoryPostProcessor()))
                .run(started -> assertThat(consumers.ofGroup("simple").started).isTrue());
    }

    @Test
    void stopsAndStartsWithTheContext() {
        context.withBean(Simple.class).run(started -> {
            ConfigurableApplicationContext running = started.getSourceApplicationContext();
            assertThat(consumers.events).containsExactly("start simple");
            running.stop();
            assertThat(consumers.events).containsExactly("start simple", "close simple");
            running.start();
            assertThat(consumers.events).containsExactly("start simple", "close simple", "start simple");
            running.close();
            assertThat(consumers.made).hasSize(2).allMatch(consumer -> consumer.closed);
        });
    }

    @Test
    void pausesAndRestartsWithTheContext() {
        context.withBean(Simple.class).run(started -> {
            ConfigurableApplicationContext running = started.getSourceApplicationContext();
            running.pause();
            running.restart();
            assertThat(consumers.events).containsExactly("start simple", "close simple", "start simple");
        });
    }

    @Test
    void refusesMisuse() {
        assertFailure(NoGroup.class, "attribute group", "NoGroup.on(String)", "empty");
        assertFailure(NoTopic.class, "attribute topic", "NoTopic.on(String)", "empty");
        assertFailure(BadTags.class, "attribute tags", "BadTags.on(String)", "a || *");
        assertFailure(BadConcurrency.class, "attribute concurrency", "many");
        assertFailure(NegativeRetries.class, "attribute maxReconsumeTimes", "-1");
        assertFailure(BadAutoStartup.class, "attribute autoStartup", "perhaps");
        assertFailure(Unresolved.class, "attribute topic", "no.such.property");
        assertFailure(PrivateMethod.class, "PrivateMethod.on(String)", "private");
        assertFailure(StaticMethod.class, "StaticMethod.on(String)", "static");
        assertFailure(Asynchronous.class, "Asynchronous.on(String)", "@Async", "acknowledged before");
        assertFailure(WrongReturn.class, "WrongReturn.on(String)", "boolean", "ConsumeResult");
        assertFailure(Overlapping.class, "group 'o'", "Overlapping.one(String)", "Overlapping.two(String)");
        assertFailure(SameId.class, "'same'");
        assertFailure(TwoModes.class, "group 'm'", "mode", "TwoModes.one(String)", "TwoModes.two(String)");
        assertFailure(TagsAndExpression.class, "attribute selectorExpression", "keep one");
        assertFailure(NoExpression.class, "attribute selectorExpression", "SQL92");
        assertFailure(BadStart.class, "attribute consumeFrom", "yesterday", "first-offset");
        assertFailure(BadDelays.class, "attribute retryDelays", "soon");
        assertFailure(SuspendedWithoutOrder.class, "attribute suspendTime", "ORDERLY");
        assertFailure(NoSuchErrorHandler.class, "attribute errorHandler", "'missing'", "ListenerErrorHandler");
        assertFailure(NoDatabase.class, "attribute idempotent", "spring-boot-starter-jdbc");
        assertFailure(KeyWithoutStore.class, "attribute idempotentKey", "idempotent");
        assertFailure(OwnDeadLetters.class, "own group 'od'", "OwnDeadLetters.on(String)");
        assertFailure(ClassOnly.class, "ClassOnly", "none of its methods");
        assertFailure(BatchOfOne.class, "BatchOfOne.on(String)", "List");
    }

    @Test
    void refusesPrototype() {
        context.withBean(Simple.class, Simple::new, definition -> definition.setScope("prototype"))
                .run(started -> {
                    assertThat(started).hasNotFailed();
                    assertThat(org.assertj.core.api.Assertions.catchThrowable(() -> started.getBean(Simple.class)))
                            .rootCause()
                            .isInstanceOf(ListenerConfigurationException.class)
                            .hasMessageContaining("not a singleton");
                });
    }

    @Test
    void refusesMethodThatItsProxyDoesNotHave() {
        context.withBean("behindInterface", Runnable.class, () -> {
                    ProxyFactory proxy = new ProxyFactory(new BehindInterface());
                    proxy.setInterfaces(Runnable.class);
                    proxy.setProxyTargetClass(false);
                    return (Runnable) proxy.getProxy();
                })
                .run(started -> assertRefused(started, "BehindInterface.on(String)", "proxy"));
    }

    private void assertFailure(Class<?> bean, String... parts) {
        context.withBean(bean).run(started -> assertRefused(started, parts));
    }

    private static void assertRefused(AssertableApplicationContext started, String... parts) {
        assertThat(started).hasFailed();
        assertThat(Failures.find(started.getStartupFailure(), ListenerConfigurationException.class))
                .hasMessageContainingAll(parts);
    }

    static class Simple {
        final List<String> received = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "orders", group = "simple")
        void on(String text) {
            received.add(text);
        }
    }

    static class Configured {
        @MessageListener(
                topic = "${my.topic}",
                group = "${my.group}",
                tags = "${my.tags}",
                concurrency = "${my.threads}",
                maxReconsumeTimes = "#{2 * ${my.threads}}",
                id = "listener-${my.threads}",
                autoStartup = "${my.start}")
        void on(String text) {}
    }

    static class Merged {
        final List<String> received = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "orders", group = "merged", tags = "created")
        void onCreated(String text) {
            received.add("created " + text);
        }

        @MessageListener(topic = "orders", group = "merged", tags = "paid || shipped")
        ConsumeResult onPaid(String text) {
            received.add("paid " + text);
            return ConsumeResult.CONSUME_SUCCESS;
        }

        @MessageListener(topic = "stock", group = "merged")
        public void onStock(String text) {
            received.add("stock " + text);
        }
    }

    static class Repeated {
        @MessageListener(topic = "one", group = "r1")
        @MessageListener(topic = "two", group = "r2")
        void on(String text) {}
    }

    @Retention(RetentionPolicy.RUNTIME)
    @MessageListener(topic = "audit", group = "composed")
    @interface AuditListener {
        @AliasFor(annotation = MessageListener.class, attribute = "tags")
        String value();
    }

    static class Composed {
        @AuditListener("x")
        void on(String text) {}
    }

    static class Everything {
        @MessageListener(
                topic = "orders",
                group = "everything",
                selectorType = SelectorType.SQL92,
                selectorExpression = "amount > 5",
                mode = ConsumeMode.ORDERLY,
                model = MessageModel.BROADCASTING,
                concurrency = "4",
                batchSize = "9",
                maxReconsumeTimes = "3",
                retryDelays = "1s, 2m",
                consumeFrom = "2026-01-31T00:00:00Z",
                consumeTimeout = "${my.timeout}",
                maxMessagesPerSecond = "12.5",
                errorHandler = "mine")
        void on(List<String> texts) {
            throw new IllegalStateException("to be acknowledged by the error handler");
        }
    }

    static class NoRetry {
        @MessageListener(topic = "orders", group = "n", noRetryFor = IllegalStateException.class)
        void on(String text) {
            throw new IllegalStateException("never works");
        }
    }

    @MessageListener(
            topic = "orders",
            group = "own-word",
            mode = ConsumeMode.ORDERLY,
            idempotent = MessageListener.JDBC,
            idempotentKey = "payload",
            batchSize = "10",
            suspendTime = "1s")
    static class OwnWord {
        final List<String> received = new CopyOnWriteArrayList<>();

        @MessageListener(idempotent = MessageListener.NONE, batch = "false", retryDelays = "2s")
        void on(String text) {
            received.add(text);
        }
    }

    @MessageListener(topic = "orders", group = "own-batch", batch = "false")
    static class OwnBatch {
        @MessageListener(batchSize = "7")
        void on(List<String> texts) {}
    }

    @MessageListener(topic = "orders", group = "defaults", tags = "paid", concurrency = "3", mode = ConsumeMode.ORDERLY)
    static class WithDefaults {
        @MessageListener
        void onPaid(String text) {}

        @MessageListener(tags = "created")
        void onCreated(String text) {}

        @MessageListener(topic = "stock")
        void onStock(String text) {}

        @DeadLetterListener(group = "defaults")
        void onDead(String text) {}
    }

    record CountingFilter(int order, List<String> seen) implements ListenerFilter, Ordered {
        @Override
        public CompletionStage<BatchOutcome> filter(ListenerCall call) throws Exception {
            seen.add(Integer.toString(order));
            return call.proceed();
        }

        @Override
        public int getOrder() {
            return order;
        }
    }

    record User(String name) {}

    static class UserResolver implements ListenerArgumentResolver {
        @Override
        public boolean supportsParameter(MethodParameter parameter) {
            return parameter.getParameterType() == User.class;
        }

        @Override
        public Object resolveArgument(MethodParameter parameter, Message<?> message) {
            return new User((String) message.getHeaders().get("user"));
        }
    }

    static class WithUser {
        final List<String> seen = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "orders", group = "user")
        void on(User user, String text) {
            seen.add(user.name() + " " + text);
        }
    }

    static class InMemory {
        final List<String> received = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "orders", group = "memory", idempotent = MessageListener.MEMORY)
        void on(String text) {
            received.add(text);
        }
    }

    static class TwoModes {
        @MessageListener(topic = "orders", group = "m", tags = "a", mode = ConsumeMode.ORDERLY)
        void one(String text) {}

        @MessageListener(topic = "orders", group = "m", tags = "b", mode = ConsumeMode.CONCURRENTLY)
        void two(String text) {}
    }

    static class TagsAndExpression {
        @MessageListener(topic = "orders", group = "g", tags = "a", selectorExpression = "b")
        void on(String text) {}
    }

    static class NoExpression {
        @MessageListener(topic = "orders", group = "g", selectorType = SelectorType.SQL92)
        void on(String text) {}
    }

    static class BadStart {
        @MessageListener(topic = "orders", group = "g", consumeFrom = "yesterday")
        void on(String text) {}
    }

    static class BadDelays {
        @MessageListener(topic = "orders", group = "g", retryDelays = "1s, soon")
        void on(String text) {}
    }

    static class SuspendedWithoutOrder {
        @MessageListener(topic = "orders", group = "g", suspendTime = "1s")
        void on(String text) {}
    }

    static class NoSuchErrorHandler {
        @MessageListener(topic = "orders", group = "g", errorHandler = "missing")
        void on(String text) {}
    }

    static class NoDatabase {
        @MessageListener(topic = "orders", group = "g", idempotent = MessageListener.JDBC)
        void on(String text) {}
    }

    static class KeyWithoutStore {
        @MessageListener(topic = "orders", group = "g", idempotentKey = "payload")
        void on(String text) {}
    }

    static class OwnDeadLetters {
        @DeadLetterListener(group = "od", consumerGroup = "od")
        void on(String text) {}
    }

    @MessageListener(topic = "orders", group = "g")
    static class ClassOnly {
        void on(String text) {}
    }

    static class BatchOfOne {
        @MessageListener(topic = "orders", group = "g", batch = "true")
        void on(String text) {}
    }

    static class BehindInterface implements Runnable {
        @MessageListener(topic = "orders", group = "g")
        public void on(String text) {}

        @Override
        public void run() {}
    }

    static class NoGroup {
        @MessageListener(topic = "orders", group = "")
        void on(String text) {}
    }

    static class NoTopic {
        @MessageListener(topic = " ", group = "g")
        void on(String text) {}
    }

    static class BadTags {
        @MessageListener(topic = "orders", group = "g", tags = "a || *")
        void on(String text) {}
    }

    static class BadConcurrency {
        @MessageListener(topic = "orders", group = "g", concurrency = "many")
        void on(String text) {}
    }

    static class NegativeRetries {
        @MessageListener(topic = "orders", group = "g", maxReconsumeTimes = "-1")
        void on(String text) {}
    }

    static class BadAutoStartup {
        @MessageListener(topic = "orders", group = "g", autoStartup = "perhaps")
        void on(String text) {}
    }

    static class Unresolved {
        @MessageListener(topic = "${no.such.property}", group = "g")
        void on(String text) {}
    }

    static class PrivateMethod {
        @MessageListener(topic = "orders", group = "g")
        private void on(String text) {}
    }

    static class StaticMethod {
        @MessageListener(topic = "orders", group = "g")
        static void on(String text) {}
    }

    static class Asynchronous {
        @MessageListener(topic = "t", group = "g")
        @Async
        void on(String text) {}
    }

    static class WrongReturn {
        @MessageListener(topic = "orders", group = "g")
        boolean on(String text) {
            return true;
        }
    }

    static class Overlapping {
        @MessageListener(topic = "orders", group = "o", tags = "a || b")
        void one(String text) {}

        @MessageListener(topic = "orders", group = "o", tags = "b")
        void two(String text) {}
    }

    static class SameId {
        @MessageListener(topic = "orders", group = "a", id = "same")
        void one(String text) {}

        @MessageListener(topic = "orders", group = "b", id = "same")
        void two(String text) {}
    }
}
