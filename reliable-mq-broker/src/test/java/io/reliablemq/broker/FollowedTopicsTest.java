package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.topic.SystemTopics;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slave has become the master, with a message of a topic that had not reached it. */
class FollowedTopicsTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    @TempDir
    Path dataDir;

    private final MemoryStore store = new MemoryStore(new ManualClock());
    private final Queue<Runnable> owner = new ArrayDeque<>();
    private StateFolder folder;
    private Topics topics;

    @BeforeEach
    void start() throws IOException {
        store.append(
                new StoredMessage("orders", 2, 0, 0, 0, 0, 1, HOST, 0, HOST, 0, 0, Map.of(), new byte[1]),
                MessageStore.NO_ORIGIN,
                result -> {});
        folder = new StateFolder(dataDir);
        topics = Topics.load(
                folder.file(BrokerState.TOPICS),
                new SystemTopics("broker-a", "cluster", true, 4, 18),
                owner::add,
                () -> CompletableFuture.completedFuture(null),
                1);
        FollowedTopics.begin(folder);
    }

    private void ownerWorks() {
        for (Runnable next = owner.poll(); next != null; next = owner.poll()) {
            next.run();
        }
    }

    private Path followed() {
        return dataDir.resolve("state/followed.json");
    }

    @Test
    void whatIsMissingIsLookedForUntilItIsStored() throws IOException {
        FollowedTopics.complete(folder, topics, store, owner::add);
        assertThat(followed()).as("nothing is stored yet").exists();

        ownerWorks();

        assertThat(topics.find("orders").writeQueues()).isEqualTo(3);
        assertThat(followed()).doesNotExist();
    }

    @Test
    void aTopicThatCouldNotBeStoredIsMadeByTheNextStart() throws IOException {
        Path inTheWay = dataDir.resolve("state/topics.json.tmp/in the way");
        Files.createDirectories(inTheWay);
        FollowedTopics.complete(folder, topics, store, owner::add);
        ownerWorks();
        assertThat(topics.find("orders")).isNull();
        assertThat(followed()).exists();

        Files.delete(inTheWay);
        FollowedTopics.complete(folder, topics, store, owner::add);
        ownerWorks();

        assertThat(topics.find("orders")).isNotNull();
        assertThat(followed()).doesNotExist();
    }
}
