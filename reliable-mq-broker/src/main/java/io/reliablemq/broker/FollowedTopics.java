package io.reliablemq.broker;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.index.PatientRead;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which moment of the master's log a slave's table of topics is of: {@code state/followed.json}, there while a broker is a
 * slave.
 *
 * <p>Messages reach a slave by the log, their topics by the table, which may come a moment later. A slave that takes over in
 * between holds acknowledged messages of topics that it does not know, and nobody would find them. They stand behind that
 * moment, whereas those of topics that were deleted stand before it.
 */
final class FollowedTopics {

    private static final Logger LOG = LoggerFactory.getLogger(Broker.class);
    private static final String NAME = "followed";

    private final AtomicFile file;
    private volatile long position;
    private long stored;

    private record Content(@JsonProperty("topics") long topics) {}

    private FollowedTopics(AtomicFile file, long position) {
        this.file = file;
        this.position = position;
        this.stored = position;
    }

    /** Goes on from the file, or from the beginning of the log. */
    static FollowedTopics begin(StateFolder folder) throws IOException {
        AtomicFile file = folder.file(NAME);
        byte[] content = file.read();
        if (content != null) {
            return new FollowedTopics(file, position(file, content));
        }
        file.write(JsonBodies.write(new Content(0)).toByteArray());
        return new FollowedTopics(file, 0);
    }

    private static long position(AtomicFile file, byte[] content) throws IOException {
        try {
            return JsonBodies.read(Body.of(content), Content.class).topics();
        } catch (MalformedBodyException e) {
            throw new IOException("the file " + file.path() + " is damaged; delete it", e);
        }
    }

    /** The table of topics in use is the one that the master had at this position of its log. */
    void asOf(long masterPosition) {
        position = masterPosition;
    }

    /** Stores what changed. An older position makes topics again that are there already, which changes nothing. */
    void persist() throws IOException {
        long now = position;
        if (now != stored) {
            file.write(JsonBodies.write(new Content(now)).toByteArray());
            stored = now;
        }
    }

    /**
     * To be called when the broker becomes a master: makes the topics that have messages behind the moment of the table and
     * are not in it.
     *
     * @param owner the thread of the state
     */
    static void complete(StateFolder folder, Topics topics, MessageStore store, Executor owner) throws IOException {
        AtomicFile file = folder.file(NAME);
        byte[] content = file.read();
        if (content == null) {
            return;
        }
        long from = position(file, content);
        List<CompletableFuture<Void>> made = new ArrayList<>();
        PatientRead.of(() -> missing(topics, store, from))
                .forEach((topic, queues) -> made.add(make(topics, topic, queues)));
        // Once all are stored: until then the next start has to look again.
        CompletableFuture.allOf(made.toArray(CompletableFuture[]::new)).thenRunAsync(() -> delete(file), owner);
    }

    private static CompletableFuture<Void> make(Topics topics, String topic, int queues) {
        LOG.warn(
                "Topic {} has messages in the log and had not reached this broker; it is made again with {} queues",
                topic,
                queues);
        return topics.put(new TopicSettings(topic, queues, Permission.READ_WRITE))
                .whenComplete((done, error) -> {
                    if (error != null) {
                        LOG.error(
                                "Topic {} could not be made; make it by hand, its messages are there, or start the broker again",
                                topic,
                                error);
                    }
                });
    }

    private static void delete(AtomicFile file) {
        try {
            file.delete();
        } catch (IOException e) {
            LOG.warn("The file {} could not be deleted; the next start looks for missing topics again", file.path(), e);
        }
    }

    private static Map<String, Integer> missing(Topics topics, MessageStore store, long from) {
        Map<String, Integer> missing = new TreeMap<>();
        for (QueueKey queue : store.queues()) {
            long max = store.maxOffset(queue);
            if (topics.find(queue.topic()) == null && max > store.minOffset(queue)) {
                List<Entry> last = store.select(queue, max - 1, 1, Integer.MAX_VALUE, tag -> true)
                        .entries();
                if (!last.isEmpty() && last.get(0).position() >= from) {
                    missing.merge(queue.topic(), queue.queueId() + 1, Math::max);
                }
            }
        }
        return missing;
    }
}
