package io.reliablemq.broker.topic;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.protocol.route.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TopicsTest {

    private static final TopicSettings WANTED = new TopicSettings("orders", 4, 6);

    @TempDir
    Path folder;

    private final CompletableFuture<Void> announced = new CompletableFuture<>();
    private final List<String> told = new ArrayList<>();
    private Topics topics;

    @BeforeEach
    void load() throws IOException {
        topics = Topics.load(
                new AtomicFile(new DiskFiles(), folder.resolve("topics.json")),
                new SystemTopics("broker-a", "cluster", true, 4, 18),
                Runnable::run,
                () -> announced,
                1);
    }

    private TopicWaiter waiter(String name, Runnable onReady) {
        return new TopicWaiter() {
            @Override
            public void ready(TopicSettings topic) {
                told.add(name);
                onReady.run();
            }

            @Override
            public void failed(String reason) {
                told.add(name + ": " + reason);
            }
        };
    }

    @Test
    void tellsWaitersInTheirOrderOnceTheTopicIsAnnounced() {
        topics.findOrCreate(WANTED, waiter("first", () -> {}));
        topics.findOrCreate(WANTED, waiter("second", () -> {}));
        assertThat(told).isEmpty();
        assertThat(topics.find("orders")).isNull();

        announced.complete(null);

        assertThat(told).containsExactly("first", "second");
        assertThat(topics.find("orders")).isEqualTo(WANTED);
    }

    @Test
    void whoWasToldFindsTheTopicAndNoSendOvertakesThoseWhoWait() {
        topics.findOrCreate(WANTED, waiter("first", () -> {
            assertThat(topics.find("orders")).isEqualTo(WANTED);
            assertThat(topics.findToSend("orders")).isNull();
            topics.findOrCreate(WANTED, waiter("third", () -> {}));
        }));
        topics.findOrCreate(WANTED, waiter("second", () -> {}));

        announced.complete(null);

        assertThat(told).containsExactly("first", "second", "third");
        assertThat(topics.findToSend("orders")).isEqualTo(WANTED);
    }

    @Test
    void waiterThatFailsKeepsNeitherTheOthersNorTheTopicWaiting() {
        topics.findOrCreate(WANTED, waiter("bad", () -> {
            throw new IllegalStateException("as the test wants");
        }));
        topics.findOrCreate(WANTED, waiter("good", () -> {}));

        announced.complete(null);
        topics.findOrCreate(WANTED, waiter("later", () -> {}));

        assertThat(told).containsExactly("bad", "good", "later");
        assertThat(topics.find("orders")).isNotNull();
    }
}
