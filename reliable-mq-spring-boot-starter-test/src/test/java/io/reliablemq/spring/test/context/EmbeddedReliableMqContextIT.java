package io.reliablemq.spring.test.context;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.spring.autoconfigure.ReliableMqConnectionDetails;
import io.reliablemq.spring.autoconfigure.ReliableMqProperties;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.test.BrokerFaults;
import io.reliablemq.spring.test.EmbeddedReliableMq;
import io.reliablemq.spring.test.EmbeddedReliableMq.Scope;
import io.reliablemq.spring.test.ReliableMqTestTemplate;
import io.reliablemq.spring.test.VirtualClock;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.test.annotation.DirtiesContext.HierarchyMode;
import org.springframework.test.context.ContextCustomizer;
import org.springframework.test.context.TestContextManager;
import org.springframework.test.context.junit.jupiter.SpringJUnitConfig;
import org.springframework.util.FileSystemUtils;

/** Which test classes share a broker, and what becomes of it. */
class EmbeddedReliableMqContextIT {

    @SpringJUnitConfig
    @EmbeddedReliableMq
    static class First {
        void test() {}
    }

    @SpringJUnitConfig
    @EmbeddedReliableMq
    static class Second {
        void test() {}
    }

    @SpringJUnitConfig
    @EmbeddedReliableMq(scope = Scope.TEST_CLASS)
    static class Alone {
        void test() {}

        @Nested
        class Inside {}
    }

    @SpringJUnitConfig
    @EmbeddedReliableMq(properties = "reliable-mq.broker.auto-create-topics=false")
    static class Strict {}

    /** An application that names a broker, whose properties do not count here. */
    @SpringBootTest(classes = WithNameServer.Application.class, properties = "reliable-mq.name-server=127.0.0.1:1")
    @EmbeddedReliableMq
    static class WithNameServer {
        @Configuration
        static class Application {}
    }

    /** An application whose settings are those of a slave in a cluster that is encrypted and strict. */
    @SpringBootTest(
            classes = InACluster.Application.class,
            properties = {
                "reliable-mq.guarantee=strict",
                "reliable-mq.client.ssl.bundle=there-is-none",
                "reliable-mq.broker.ssl.mode=ENFORCING",
                "reliable-mq.broker.ssl.bundle=there-is-none",
                "reliable-mq.broker.broker-id=1",
                "reliable-mq.broker.broker-role=SLAVE",
                "reliable-mq.broker.master-address=127.0.0.1:1",
                "reliable-mq.producer.journal.enabled=true",
                "reliable-mq.producer.journal.folder=${java.io.tmpdir}",
                "reliable-mq.consumer.offset-folder=${java.io.tmpdir}"
            })
    @EmbeddedReliableMq
    static class InACluster {
        @Configuration
        @EnableAutoConfiguration
        static class Application {}
    }

    /** The same application, so that both have a journal at once. */
    @SpringBootTest(
            classes = InACluster.Application.class,
            properties = {"reliable-mq.producer.journal.enabled=true", "reliable-mq.guarantee=strict"})
    @EmbeddedReliableMq(
            properties = {"reliable-mq.broker.name=by-the-annotation", "reliable-mq.broker.data-dir=target/mine"})
    static class BesideIt {}

    @SpringJUnitConfig(WithConnectionDetails.Other.class)
    @EmbeddedReliableMq
    static class WithConnectionDetails {
        @Configuration
        static class Other {
            @Bean
            ReliableMqConnectionDetails details() {
                return () -> List.of("127.0.0.1:1");
            }
        }
    }

    private final EmbeddedReliableMqContextCustomizerFactory factory = new EmbeddedReliableMqContextCustomizerFactory();

    private ContextCustomizer customizer(Class<?> testClass) {
        return Objects.requireNonNull(factory.createContextCustomizer(testClass, List.of()));
    }

    private static ApplicationContext context(TestContextManager manager) {
        return manager.getTestContext().getApplicationContext();
    }

    @Test
    void isPartOfTheKeyByWhichSpringFindsContextsAgain() {
        assertThat(customizer(First.class))
                .isEqualTo(customizer(Second.class))
                .hasSameHashCodeAs(customizer(Second.class));
        assertThat(customizer(First.class)).isNotEqualTo(customizer(Strict.class));
        assertThat(customizer(First.class)).isNotEqualTo(customizer(Alone.class));
        assertThat(customizer(Alone.class)).isEqualTo(customizer(Alone.Inside.class));
        assertThat(factory.createContextCustomizer(String.class, List.of())).isNull();
    }

    @Test
    void sharesABrokerAmongClassesWithTheSameContext() throws Exception {
        TestContextManager first = new TestContextManager(First.class);
        TestContextManager second = new TestContextManager(Second.class);
        first.beforeTestClass();
        ApplicationContext shared = context(first);
        first.afterTestClass();
        second.beforeTestClass();

        assertThat(context(second)).isSameAs(shared);
    }

    @Test
    void closesTheBrokerOfOneClassAndDeletesItsFolder() throws Exception {
        TestContextManager alone = new TestContextManager(Alone.class);
        alone.beforeTestClass();
        ApplicationContext context = context(alone);
        Path folder = Path.of(context.getEnvironment().getRequiredProperty("reliable-mq.broker.data-dir"));
        assertThat(folder).isNotEmptyDirectory();

        TestContextManager inside = new TestContextManager(Alone.Inside.class);
        inside.beforeTestClass();
        assertThat(context(inside)).isSameAs(context);
        inside.afterTestClass();
        assertThat(folder).isNotEmptyDirectory();

        alone.afterTestClass();
        assertThat(folder).doesNotExist();
    }

    @Test
    void tidiesUpAfterEveryTest() throws Exception {
        TestContextManager manager = new TestContextManager(First.class);
        First test = new First();
        manager.prepareTestInstance(test);
        ApplicationContext context = context(manager);
        BrokerFaults faults = context.getBean(BrokerFaults.class);
        VirtualClock clock = context.getBean(VirtualClock.class);
        faults.nextSends(3).areRefused();
        clock.freeze();

        manager.afterTestMethod(test, First.class.getDeclaredMethod("test"), null);
        assertThat(faults.unmet()).isZero();
        assertThat(clock.isFrozen()).isFalse();
    }

    @Test
    void goesBeforeTheBrokerThatTheApplicationNames() throws Exception {
        ApplicationContext context = context(new TestContextManager(WithNameServer.class));

        context.getBean(ReliableMqTemplate.class).send("orders", "an order");
        // The route of a topic that has just been made comes a moment later.
        assertThat(context.getBean(ReliableMqTestTemplate.class).topic("orders").awaitMessages(1))
                .hasSize(1);
    }

    @Test
    void keepsSettingsOfTheApplicationAwayThatAreNotForATest() throws Exception {
        TestContextManager cluster = new TestContextManager(InACluster.class);
        TestContextManager beside = new TestContextManager(BesideIt.class);
        ApplicationContext context = context(cluster);
        context.getBean(ReliableMqTemplate.class).send("orders", "an order");
        ReliableMqProperties properties = context.getBean(ReliableMqProperties.class);
        Path folder = Path.of(context.getEnvironment().getRequiredProperty("reliable-mq.test.folder"));

        assertThat(properties.producer().journal().folder())
                .matches(path -> path.startsWith(folder))
                .isNotEmptyDirectory();
        assertThat(properties.consumer().offsetFolder()).matches(path -> path.startsWith(folder));
        assertThat(context(beside)).isNotSameAs(context);
    }

    @Test
    void letsThePropertiesOfTheAnnotationWinAndDeletesNoFolderButItsOwn() throws Exception {
        TestContextManager beside = new TestContextManager(BesideIt.class);
        ApplicationContext context = context(beside);
        Path own = Path.of("target", "mine");

        assertThat(context.getBean(BrokerProperties.class).getDataDir()).isEqualTo("target/mine");
        assertThat(context.getBean(BrokerProperties.class).getName()).isEqualTo("by-the-annotation");
        beside.getTestContext().markApplicationContextDirty(HierarchyMode.CURRENT_LEVEL);
        assertThat(own).isNotEmptyDirectory();
        FileSystemUtils.deleteRecursively(own);
    }

    @Test
    void saysSoWhereTheApplicationBringsABrokerByABean() {
        assertThatThrownBy(() -> context(new TestContextManager(WithConnectionDetails.class)))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .rootCause()
                .hasMessageContaining("@EmbeddedReliableMq found no embedded broker")
                .hasMessageContaining("ReliableMqConnectionDetails");
    }
}
