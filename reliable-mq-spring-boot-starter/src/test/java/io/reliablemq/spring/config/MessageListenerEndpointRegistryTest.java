package io.reliablemq.spring.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.spring.fixture.FakeConsumers;
import io.reliablemq.spring.listener.MessageListenerContainer;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MessageListenerEndpointRegistryTest {

    private final FakeConsumers consumers = new FakeConsumers();
    private final MessageListenerEndpointRegistry registry =
            new MessageListenerEndpointRegistry(new DefaultMessageListenerContainerFactory(
                    consumers, ContainerDefaults.ofClient().withSettings(settings -> settings.threads(7))));

    @Test
    void startsAndStopsAllThatStartWithTheApplication() {
        registry.register(List.of(endpoint("a", "g", true), endpoint("b", "h", false)));

        registry.start();
        assertThat(consumers.events).containsExactly("start g");
        registry.container("b").start();
        registry.stop();

        assertThat(consumers.events).containsExactly("start g", "start h", "close g", "close h");
        assertThat(registry.isRunning()).isFalse();
        registry.start();
        assertThat(registry.container("a").isRunning()).isTrue();
        assertThat(registry.container("b").isRunning()).isFalse();
    }

    @Test
    void callsBackOnceWhenTheLastContainerHasStopped() {
        registry.register(List.of(endpoint("a", "g", true), endpoint("b", "h", true)));
        registry.start();
        consumers.listenersDone = new CountDownLatch(1);
        AtomicInteger called = new AtomicInteger();

        registry.stop(called::incrementAndGet);
        assertThat(called).hasValue(0);
        consumers.listenersDone.countDown();

        await().untilAsserted(() -> assertThat(called).hasValue(1));
        assertThat(consumers.made).allMatch(consumer -> consumer.closed);
        assertThat(registry.isRunning()).isFalse();
    }

    @Test
    void callsBackWhenThereIsNothingToStop() {
        AtomicInteger called = new AtomicInteger();

        registry.stop(called::incrementAndGet);

        assertThat(called).hasValue(1);
    }

    @Test
    void findsContainersByListenerAndByGroup() {
        registry.register(List.of(endpoint("a", "g", true)));

        MessageListenerContainer container = registry.container("a");
        assertThat(container).isSameAs(registry.containerOfGroup("g"));
        assertThat(container.settings().threads()).isEqualTo(7);
        assertThat(registry.ids()).containsExactly("a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.container("z"))
                .withMessageContaining("'z'")
                .withMessageContaining("[a]");
    }

    @Test
    void startsStopsPausesAndResumesById() {
        registry.register(List.of(endpoint("a", "g", false), endpoint("b", "h", false)));

        registry.start("a");
        assertThat(registry.container("a").isRunning()).isTrue();
        assertThat(registry.container("b").isRunning()).isFalse();
        registry.pause("a");
        assertThat(consumers.ofGroup("g").paused).isTrue();
        registry.resume("a");
        assertThat(consumers.ofGroup("g").paused).isFalse();
        registry.stop("a");
        assertThat(consumers.ofGroup("g").closed).isTrue();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> registry.pause("z"))
                .withMessageContaining("'z'");
    }

    @Test
    void refusesAnIdThatIsUsedTwice() {
        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> registry.register(List.of(endpoint("a", "g", true), endpoint("a", "h", true))))
                .withMessageContaining("'a'");
    }

    @Test
    void startsALateGroupAndRefusesALateListenerOfAKnownOne() {
        registry.register(List.of(endpoint("a", "g", true)));
        registry.start();

        registry.register(List.of(endpoint("b", "h", true)));
        assertThat(registry.container("b").isRunning()).isTrue();

        assertThatExceptionOfType(ListenerConfigurationException.class)
                .isThrownBy(() -> registry.register(List.of(endpoint("c", "g", true))))
                .withMessageContaining("'g'");
        assertThat(registry.ids()).containsExactlyInAnyOrder("a", "b");
    }

    private static MessageListenerEndpoint endpoint(String id, String group, boolean autoStartup) {
        return MessageListenerEndpoint.builder(id)
                .topic("orders")
                .group(group)
                .settings(settings -> settings.autoStartup(autoStartup))
                .handler(message -> ConsumeResult.CONSUME_SUCCESS)
                .build();
    }
}
