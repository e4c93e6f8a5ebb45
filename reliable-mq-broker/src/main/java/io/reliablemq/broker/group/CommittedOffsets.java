package io.reliablemq.broker.group;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far each group has come in each queue: the offset of the next message that it has not finished; and which groups
 * are known, whether or not they have come anywhere.
 *
 * <p>Thread-safe. Offsets reach the disk with {@link #persist()}, which flushes the log first: an offset that is stored
 * is never ahead of the log, so that messages written after a crash cannot hide below it. What a crash takes back are
 * offsets, and with them at most a moment of work is done twice.
 */
public final class CommittedOffsets implements OffsetCommits {

    private static final Logger LOG = LoggerFactory.getLogger(CommittedOffsets.class);

    private final AtomicFile file;
    private final MessageStore store;
    private final KnownGroups known = new KnownGroups();
    private final Map<String, Map<QueueKey, Long>> byGroup = new ConcurrentHashMap<>();
    private final AtomicBoolean changed = new AtomicBoolean();

    /** What the file holds. */
    private volatile Content stored = new Content(Map.of(), Map.of());

    private volatile long storedVersion;
    private volatile long timesStored;

    /**
     * The file's content.
     *
     * @param offsets group to topic to queue id to offset
     * @param known group to topic to queue id to where the group began, see {@link KnownGroups}; null in files of
     *     versions that did not keep it
     */
    private record Content(
            @JsonProperty("offsets") Map<String, Map<String, Map<Integer, Long>>> offsets,
            @JsonProperty("known") @Nullable Map<String, Map<String, Map<Integer, Long>>> known) {}

    private CommittedOffsets(AtomicFile file, MessageStore store) {
        this.file = file;
        this.store = store;
    }

    /**
     * Reads the stored offsets. One that lies behind its queue's end is set to the end, with a warning: messages that
     * are written from now on would be skipped otherwise.
     *
     * @throws IOException if the file cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public static CommittedOffsets load(AtomicFile file, MessageStore store) throws IOException {
        CommittedOffsets offsets = new CommittedOffsets(file, store);
        byte[] stored = file.read();
        if (stored != null) {
            Content content = JsonBodies.read(Body.of(stored), Content.class);
            content.offsets().forEach(offsets::restore);
            offsets.restoreKnown(content.known());
            offsets.storedVersion = offsets.known.version();
            offsets.stored = offsets.content();
        }
        return offsets;
    }

    private void restoreKnown(@Nullable Map<String, Map<String, Map<Integer, Long>>> stored) {
        if (stored == null) {
            byGroup.forEach((group, offsets) -> offsets.forEach((queue, offset) -> known.begin(group, queue, offset)));
        } else {
            stored.forEach(
                    (group, topics) -> topics.forEach((topic, beginnings) -> known.restore(group, topic, beginnings)));
        }
    }

    private void restore(String group, Map<String, Map<Integer, Long>> topics) {
        topics.forEach((topic, queues) -> queues.forEach((queueId, offset) -> {
            QueueKey queue = new QueueKey(topic, queueId);
            long end = store.maxOffset(queue);
            if (offset > end) {
                LOG.warn(
                        "The stored offset {} of group {} in queue {} of topic {} lies behind the queue's end {} and"
                                + " is set to it",
                        offset,
                        group,
                        queueId,
                        topic,
                        end);
                changed.set(true);
            }
            ofGroup(group).put(queue, Math.min(offset, end));
        }));
    }

    /**
     * Notes an offset. It may be lower than before: consumers go back on purpose. One behind the queue's end cannot come
     * from a message of this queue and is taken for the end.
     */
    @Override
    public void commit(String group, QueueKey queue, long offset) {
        long end = store.maxOffset(queue);
        if (offset > end) {
            LOG.warn(
                    "Group {} committed offset {} in queue {} of topic {}, which ends at {}; the end is kept",
                    group,
                    offset,
                    queue.queueId(),
                    queue.topic(),
                    end);
        }
        long kept = Math.min(offset, end);
        known.committed(group, queue, kept);
        Long before = ofGroup(group).put(queue, kept);
        if (before == null || before != kept) {
            changed.set(true);
        }
    }

    /**
     * Takes what a slave was told while this broker was away. What has not moved here since is what the slave says, be it
     * lower; what has gone on here as well becomes the higher of the two; what was set back here stays.
     *
     * @param base the offset that the slave had from this broker when it took the first one of its own; null for none
     */
    public void merge(String group, QueueKey queue, @Nullable Long base, long offset) {
        Long here = find(group, queue);
        if (Objects.equals(here, base)) {
            commit(group, queue, offset);
        } else if (here != null && (base == null || here > base) && offset > here) {
            commit(group, queue, offset);
        }
    }

    /**
     * Takes over the content of the master's file, with all that is and is not in it.
     *
     * @param ownCounts whether an offset was committed here and the master does not know of it yet
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public void follow(byte[] masters, BiPredicate<String, QueueKey> ownCounts) {
        Content content = JsonBodies.read(Body.of(masters), Content.class);
        Map<String, Map<QueueKey, Long>> followed = new HashMap<>();
        content.offsets()
                .forEach((group, topics) -> topics.forEach((topic, queues) ->
                        queues.forEach((id, offset) -> followed.computeIfAbsent(group, name -> new HashMap<>())
                                .put(new QueueKey(topic, id), offset))));
        byGroup.forEach((group, offsets) -> offsets.forEach((queue, offset) -> {
            if (ownCounts.test(group, queue)) {
                followed.computeIfAbsent(group, name -> new HashMap<>()).put(queue, offset);
            }
        }));
        followed.forEach((group, offsets) -> ofGroup(group).putAll(offsets));
        byGroup.forEach((group, offsets) -> offsets.keySet()
                .retainAll(followed.getOrDefault(group, Map.of()).keySet()));
        byGroup.keySet().retainAll(followed.keySet());
        if (content.known() != null) {
            known.replaceBy(content.known());
        }
        changed.set(true);
    }

    /** The committed offset; null if the group never committed one in this queue. */
    public @Nullable Long find(String group, QueueKey queue) {
        Map<QueueKey, Long> offsets = byGroup.get(group);
        return offsets == null ? null : offsets.get(queue);
    }

    /** The groups that have offsets. */
    Set<String> groups() {
        return Set.copyOf(byGroup.keySet());
    }

    /**
     * The offset as it stands on disk: what a start after a crash goes on from. Null if there is none.
     */
    public @Nullable Long findStored(String group, QueueKey queue) {
        return stored.offsets()
                .getOrDefault(group, Map.of())
                .getOrDefault(queue.topic(), Map.of())
                .get(queue.queueId());
    }

    /** How often offsets were stored since the start; they are the same as long as this is. */
    public long timesStored() {
        return timesStored;
    }

    /**
     * What retention has to keep: the smallest offset in this queue that some known group has not finished, as far as
     * the disk knows, and has not been set back to since. A group that has no offset in the queue has finished nothing there.
     *
     * @return empty if no group is known for the topic
     */
    public OptionalLong unconsumedFrom(QueueKey queue) {
        return known.groups(queue.topic()).stream()
                .mapToLong(group -> Math.min(orNothing(findStored(group, queue)), orNothing(find(group, queue))))
                .min();
    }

    private static long orNothing(@Nullable Long offset) {
        return offset == null ? 0 : offset;
    }

    /** The groups for which messages are kept. */
    public KnownGroups known() {
        return known;
    }

    /** The group consumes the topics in cluster mode. */
    public void subscribed(String group, Collection<String> topics) {
        topics.forEach(topic -> known.subscribed(group, topic));
    }

    /**
     * Forgets the group: nothing is kept for it any more until it subscribes or commits again.
     *
     * @param offsetsToo whether it begins anew then; else it goes on where it was
     */
    public void forget(String group, boolean offsetsToo) {
        known.forget(group);
        if (offsetsToo && byGroup.remove(group) != null) {
            changed.set(true);
        }
    }

    /** The topics that the group has offsets in. */
    public Set<String> topics(String group) {
        Set<String> topics = new TreeSet<>();
        byGroup.getOrDefault(group, Map.of()).keySet().forEach(queue -> topics.add(queue.topic()));
        return topics;
    }

    /** The groups that have offsets in the topic. */
    public Set<String> groups(String topic) {
        Set<String> groups = new TreeSet<>();
        byGroup.forEach((group, offsets) -> {
            if (offsets.keySet().stream().anyMatch(queue -> queue.topic().equals(topic))) {
                groups.add(group);
            }
        });
        return groups;
    }

    /** Stores what changed since the last call. Called by {@code rmq-housekeeping} and, at the end, by the stop. */
    public void persist() throws IOException {
        if (store.failure() != null) {
            // Reported when it happened; the log cannot be flushed any more, so nothing may be promised by a file.
            return;
        }
        long version = known.version();
        if (!changed.getAndSet(false) && version == storedVersion) {
            return;
        }
        boolean done = false;
        try {
            // The content first, the flush second: every offset in the content is then covered by the flush.
            Content content = content();
            byte[] bytes = JsonBodies.write(content).toByteArray();
            store.flush();
            file.write(bytes);
            stored = content;
            storedVersion = version;
            timesStored++;
            done = true;
        } finally {
            if (!done) {
                changed.set(true);
            }
        }
    }

    private Content content() {
        Map<String, Map<String, Map<Integer, Long>>> content = new TreeMap<>();
        byGroup.forEach((group, offsets) -> {
            Map<String, Map<Integer, Long>> topics = new TreeMap<>();
            offsets.forEach((queue, offset) -> topics.computeIfAbsent(queue.topic(), topic -> new TreeMap<>())
                    .put(queue.queueId(), offset));
            content.put(group, topics);
        });
        return new Content(content, known.content());
    }

    private Map<QueueKey, Long> ofGroup(String group) {
        return byGroup.computeIfAbsent(group, name -> new ConcurrentHashMap<>());
    }
}
