package io.reliablemq.broker.topic;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.TopicTable;
import io.reliablemq.protocol.body.TopicTable.DataVersion;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.route.TopicSettings;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The topics of this broker.
 *
 * <p>Anybody may look topics up: readers see an immutable snapshot. Changes are carried out one after the other by the
 * owner, in this order: the file is replaced, the name servers are told, and only then does whoever asked go on. So the
 * answer to a send that made its topic tells the producer that consumers can find the topic, too.
 *
 * <p>A name server that is away does not keep anybody waiting beyond its time; it learns the table when it is back.
 */
public final class Topics {

    private static final Logger LOG = LoggerFactory.getLogger(Topics.class);

    private final AtomicFile file;
    private final SystemTopics systemTopics;
    private final Executor owner;
    private final TopicAnnouncer announcer;

    /** What is stored and announced; changed by the owner only. */
    private volatile TopicTable table;

    /** Topics that requests may use: a topic is published after it was announced. Changed under {@code lock}. */
    private volatile Map<String, TopicSettings> published;

    /**
     * Those of them that sends have to wait for still, behind older ones: whoever reads may have the topic before the first of
     * those is answered. Changed under {@code lock}, before {@code published} where a topic comes into both.
     */
    private volatile Set<String> beingOpened = Set.of();

    private final Object lock = new Object();

    /** Who waits for a topic that is being made, in the order of asking. Guarded by {@code lock}. */
    private final Map<String, Deque<TopicWaiter>> waiting = new HashMap<>();

    private Topics(
            AtomicFile file, SystemTopics systemTopics, Executor owner, TopicAnnouncer announcer, TopicTable table) {
        this.file = file;
        this.systemTopics = systemTopics;
        this.owner = owner;
        this.announcer = announcer;
        this.table = table;
        this.published = table.topics();
    }

    /**
     * Reads the topics that the file holds and adds those of the system.
     *
     * @param owner carries out changes, one at a time
     * @param startedAtMs wall time, so that name servers see a version that they did not see before
     * @throws IOException if the file cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public static Topics load(
            AtomicFile file, SystemTopics systemTopics, Executor owner, TopicAnnouncer announcer, long startedAtMs)
            throws IOException {
        Map<String, TopicSettings> topics = new HashMap<>();
        byte[] stored = file.read();
        if (stored != null) {
            topics.putAll(JsonBodies.read(Body.of(stored), TopicTable.class).topics());
        }
        systemTopics.topics().forEach(topic -> topics.put(topic.topic(), topic));
        return new Topics(
                file, systemTopics, owner, announcer, new TopicTable(topics, new DataVersion(0, startedAtMs, 0)));
    }

    public @Nullable TopicSettings find(String topic) {
        return published.get(topic);
    }

    /** The same for a send, which may not overtake those that wait for the topic: null while some do. */
    public @Nullable TopicSettings findToSend(String topic) {
        // In this order: whoever sees the topic sees that others wait.
        TopicSettings found = published.get(topic);
        return found == null || beingOpened.contains(topic) ? null : found;
    }

    /** The topics that requests may use, by name. */
    public Map<String, TopicSettings> all() {
        return published;
    }

    /** The table to announce: it has new topics before requests may use them. */
    public TopicTable table() {
        return table;
    }

    public boolean isSystemTopic(String topic) {
        return systemTopics.isSystemTopic(topic);
    }

    /** Calls the waiter with the topic, which is made like this if it does not exist. Waiters keep their order. */
    public void findOrCreate(TopicSettings wanted, TopicWaiter waiter) {
        TopicSettings existing;
        boolean first = false;
        synchronized (lock) {
            existing = findToSend(wanted.topic());
            if (existing == null) {
                Deque<TopicWaiter> others = waiting.get(wanted.topic());
                first = others == null;
                if (others == null) {
                    others = new ArrayDeque<>();
                    waiting.put(wanted.topic(), others);
                }
                others.add(waiter);
            }
        }
        if (existing != null) {
            waiter.ready(existing);
        } else if (first) {
            owner.execute(() -> create(wanted));
        }
    }

    private void create(TopicSettings wanted) {
        try {
            replace(topics -> topics.put(wanted.topic(), wanted));
        } catch (IOException | RuntimeException e) {
            LOG.error("Topic {} could not be stored in {}", wanted.topic(), file.path(), e);
            fail(wanted.topic(), "The topic " + wanted.topic() + " could not be stored: " + e.getMessage());
            return;
        }
        LOG.info("Topic {} made with {} queues", wanted.topic(), wanted.writeQueues());
        announcer.announce().thenRun(() -> publish(wanted));
    }

    /** For readers first: who was told that a message is stored must find its topic. */
    private void publish(TopicSettings topic) {
        synchronized (lock) {
            Set<String> opened = new HashSet<>(beingOpened);
            opened.add(topic.topic());
            beingOpened = Set.copyOf(opened);
            Map<String, TopicSettings> topics = new HashMap<>(published);
            topics.put(topic.topic(), topic);
            published = Map.copyOf(topics);
        }
        tellThoseWhoWait(topic);
    }

    private void tellThoseWhoWait(TopicSettings topic) {
        while (true) {
            Deque<TopicWaiter> batch;
            synchronized (lock) {
                batch = waiting.get(topic.topic());
                if (batch == null || batch.isEmpty()) {
                    // Nobody waits any more, so a send that finds the topic now cannot overtake an older one.
                    waiting.remove(topic.topic());
                    Set<String> left = new HashSet<>(beingOpened);
                    left.remove(topic.topic());
                    beingOpened = Set.copyOf(left);
                    return;
                }
                waiting.put(topic.topic(), new ArrayDeque<>());
            }
            batch.forEach(waiter -> tell(topic.topic(), () -> waiter.ready(topic)));
        }
    }

    private void fail(String topic, String reason) {
        Deque<TopicWaiter> failed;
        synchronized (lock) {
            failed = waiting.remove(topic);
        }
        if (failed != null) {
            failed.forEach(waiter -> tell(topic, () -> waiter.failed(reason)));
        }
    }

    /** One waiter that fails must keep neither the others nor the topic waiting for ever. */
    private static void tell(String topic, Runnable waiter) {
        try {
            waiter.run();
        } catch (RuntimeException | LinkageError | AssertionError e) {
            LOG.error("A request that waited for topic {} failed", topic, e);
        }
    }

    /** Makes the topic or changes its settings. */
    public CompletableFuture<Void> put(TopicSettings topic) {
        return change(topics -> topics.put(topic.topic(), topic));
    }

    /** Removes the topic. Messages it holds stay in the log, and are there again if it is made again. */
    public CompletableFuture<Void> delete(String topic) {
        return change(topics -> topics.remove(topic));
    }

    /**
     * Takes over the content of the master's file. Called by the owner.
     *
     * @throws IOException if it cannot be stored
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public void follow(byte[] masters) throws IOException {
        Map<String, TopicSettings> followed =
                JsonBodies.read(Body.of(masters), TopicTable.class).topics();
        replace(topics -> {
            topics.clear();
            systemTopics.topics().forEach(topic -> topics.put(topic.topic(), topic));
            topics.putAll(followed);
        });
        synchronized (lock) {
            published = table.topics();
        }
        announcer.announce();
    }

    private CompletableFuture<Void> change(Consumer<Map<String, TopicSettings>> change) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        owner.execute(() -> {
            try {
                replace(change);
                synchronized (lock) {
                    Map<String, TopicSettings> topics = new HashMap<>(published);
                    change.accept(topics);
                    published = Map.copyOf(topics);
                }
                announcer.announce().thenRun(() -> done.complete(null));
            } catch (IOException | RuntimeException e) {
                LOG.error("The topics could not be stored in {}", file.path(), e);
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    /** Replaces the file and then the table. Called by the owner only. */
    private void replace(Consumer<Map<String, TopicSettings>> change) throws IOException {
        Map<String, TopicSettings> topics = new HashMap<>(table.topics());
        change.accept(topics);
        DataVersion before = table.version();
        TopicTable changed = new TopicTable(
                topics, new DataVersion(before.stateVersion(), before.timestamp(), before.counter() + 1));
        file.write(JsonBodies.write(changed).toByteArray());
        table = changed;
    }
}
