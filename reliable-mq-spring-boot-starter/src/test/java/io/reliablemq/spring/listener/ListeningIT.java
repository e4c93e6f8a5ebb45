package io.reliablemq.spring.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ConsumeMode;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageModel;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.spring.annotation.DeadLetterListener;
import io.reliablemq.spring.annotation.MessageListener;
import io.reliablemq.spring.annotation.SelectorType;
import io.reliablemq.spring.config.MessageListenerEndpointRegistry;
import io.reliablemq.spring.core.ReliableMqTemplate;
import io.reliablemq.spring.support.ReliableMqHeaders;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.stereotype.Component;

/** Listeners of every kind with a real broker, in one application. */
class ListeningIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static ConfigurableApplicationContext application;
    private static ReliableMqTemplate template;

    record Order(String id, int amount) {}

    @BeforeAll
    static void startApplication() {
        application = new SpringApplicationBuilder(Application.class)
                .sources(Listeners.class)
                .web(WebApplicationType.NONE)
                .properties(
                        "reliable-mq.broker.data-dir=" + folder.resolve("data"),
                        "reliable-mq.broker.message-delay-level=100ms 100ms 200ms 200ms 200ms",
                        "reliable-mq.consumer.offset-folder=" + folder.resolve("offsets"))
                .run();
        template = application.getBean(ReliableMqTemplate.class);
    }

    @AfterAll
    static void closeApplication() {
        application.close();
    }

    @Test
    void ofABatchOnlyWhatFailedComesAgain() {
        IntStream.range(0, 10).forEach(i -> template.send("batches", new Order("b-" + i, i)));

        Listeners listeners = listeners();
        await().atMost(PATIENCE).until(() -> listeners.batched.size() >= 11);
        assertThat(listeners.batched)
                .containsExactlyInAnyOrder("b-0", "b-1", "b-2", "b-3", "b-3", "b-4", "b-5", "b-6", "b-7", "b-8", "b-9");
    }

    @Test
    void keepsTheOrderOfAKeyOverAFailure() {
        IntStream.range(0, 8)
                .forEach(i -> template.send("ordered", "o-" + i, Map.of(ReliableMqHeaders.ORDERING_KEY, "k")));

        await().atMost(PATIENCE).until(() -> listeners().ordered.size() == 9);
        assertThat(listeners().ordered).containsExactly("o-0", "o-1", "o-2", "o-3", "o-3", "o-4", "o-5", "o-6", "o-7");
    }

    @Test
    void selectsByExpression() {
        template.send("selected", "cheap", Map.of("amount", 1));
        template.send("selected", "dear", Map.of("amount", 200));

        await().atMost(PATIENCE).until(() -> !listeners().selected.isEmpty());
        assertThat(listeners().selected).containsExactly("dear");
    }

    @Test
    void repliesToWhoeverAsks() {
        ReceivedMessage reply = application
                .getBean(Producer.class)
                .request(
                        Message.builder("questions")
                                .body("{\"id\":\"q-1\",\"amount\":20}".getBytes(StandardCharsets.UTF_8))
                                .build(),
                        PATIENCE);

        assertThat(new String(reply.body(), StandardCharsets.UTF_8)).isEqualTo("{\"id\":\"q-1\",\"amount\":40}");
    }

    @Test
    void acknowledgesAStageWhenItCompletes() {
        template.send("later", "x");

        await().atMost(PATIENCE).until(() -> listeners().stages.size() == 1);
        listeners().stages.get(0).completeExceptionally(new IllegalStateException("fails later"));
        await().atMost(PATIENCE).until(() -> listeners().stages.size() == 2);
        listeners().stages.get(1).complete(null);
    }

    @Test
    void handsDeadLettersToTheirListenerWithTheReason() {
        template.send("poison", "{not json");
        template.send("poison", new Order("refused", 1));

        await().atMost(PATIENCE).until(() -> listeners().dead.size() == 2);
        assertThat(listeners().dead)
                .containsExactlyInAnyOrder(
                        "{not json of poison in attempt 1", "{\"id\":\"refused\",\"amount\":1} of poison in attempt 1");
        assertThat(listeners().handled).doesNotContain("refused twice");
    }

    @Test
    void givesEachMemberOfABroadcastEachMessage() {
        template.send("news", "n-1");

        await().atMost(PATIENCE).until(() -> listeners().news.size() == 1);
        assertThat(folder.resolve("offsets/default/readers")).isDirectory();
    }

    @Test
    void pausesAndResumesById() {
        MessageListenerEndpointRegistry registry = application.getBean(MessageListenerEndpointRegistry.class);
        registry.start("paused-listener");
        registry.pause("paused-listener");
        template.send("paused", "while paused");
        template.send("selected", "after it", Map.of("amount", 300));
        await().atMost(PATIENCE).until(() -> listeners().selected.contains("after it"));
        assertThat(listeners().handled).doesNotContain("while paused");

        registry.resume("paused-listener");
        await().atMost(PATIENCE).until(() -> listeners().handled.contains("while paused"));
    }

    private static Listeners listeners() {
        return application.getBean(Listeners.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EnableAutoConfiguration(exclude = DataSourceAutoConfiguration.class)
    static class Application {

        @Bean
        ListenerErrorHandler givesUp() {
            return failure -> ListenerErrorHandler.Decision.DEAD_LETTER;
        }
    }

    @Component
    static class Listeners {

        final List<String> batched = new CopyOnWriteArrayList<>();
        final List<String> ordered = new CopyOnWriteArrayList<>();
        final List<String> selected = new CopyOnWriteArrayList<>();
        final List<String> dead = new CopyOnWriteArrayList<>();
        final List<String> news = new CopyOnWriteArrayList<>();
        final List<String> handled = new CopyOnWriteArrayList<>();
        final List<CompletableFuture<Void>> stages = new CopyOnWriteArrayList<>();

        @MessageListener(topic = "batches", group = "batching", batchSize = "8")
        BatchOutcome onBatch(List<ReceivedMessage> batch) {
            BatchOutcome.Builder outcome = BatchOutcome.builder();
            for (ReceivedMessage message : batch) {
                String id = new String(message.body(), StandardCharsets.UTF_8).substring(7, 10);
                if (id.equals("b-3") && !batched.contains(id)) {
                    outcome.retry(message);
                }
                batched.add(id);
            }
            return outcome.build();
        }

        @MessageListener(topic = "ordered", group = "ordering", mode = ConsumeMode.ORDERLY, suspendTime = "100ms")
        ConsumeResult onOrdered(String text) {
            boolean again = ordered.contains(text);
            ordered.add(text);
            return text.equals("o-3") && !again ? ConsumeResult.RECONSUME_LATER : ConsumeResult.CONSUME_SUCCESS;
        }

        @MessageListener(
                topic = "selected",
                group = "selecting",
                selectorType = SelectorType.SQL92,
                selectorExpression = "amount > 100")
        void onSelected(String text) {
            selected.add(text);
        }

        @MessageListener(topic = "questions", group = "answering")
        Order onQuestion(Order order) {
            return new Order(order.id(), 2 * order.amount());
        }

        @MessageListener(topic = "later", group = "finishing-later")
        CompletableFuture<Void> onLater(String text) {
            CompletableFuture<Void> stage = new CompletableFuture<>();
            stages.add(stage);
            return stage;
        }

        @MessageListener(topic = "poison", group = "picky", errorHandler = "givesUp")
        void onPoison(Order order) {
            handled.add(handled.contains(order.id()) ? order.id() + " twice" : order.id());
            throw new IllegalStateException("refused");
        }

        @DeadLetterListener(group = "picky")
        void onDead(
                String text,
                @Header(ReliableMqHeaders.DEAD_LETTER_ORIGIN_TOPIC) String origin,
                @Header(name = ReliableMqHeaders.DEAD_LETTER_ATTEMPTS, defaultValue = "1") int attempts) {
            dead.add(text + " of " + origin + " in attempt " + attempts);
        }

        @MessageListener(topic = "news", group = "readers", model = MessageModel.BROADCASTING)
        void onNews(String text) {
            news.add(text);
        }

        @MessageListener(topic = "paused", group = "pausing", id = "paused-listener", autoStartup = "false")
        void onPaused(String text) {
            handled.add(text);
        }
    }
}
