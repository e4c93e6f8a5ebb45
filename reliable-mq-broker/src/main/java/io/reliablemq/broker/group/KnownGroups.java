package io.reliablemq.broker.group;

import io.reliablemq.broker.store.QueueKey;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The topics that each consumer group is known for: it has subscribed to them in cluster mode, or committed an offset
 * there. What a known group has not finished must be kept for it, also while nobody of the group is connected.
 *
 * <p>Where a group begins in a queue is known only if it did not begin with the first message: since it chose another
 * start, or since it was not known before it committed an offset.
 *
 * <p>Thread-safe: changes are made under {@code lock}, reads take none. Kept on disk by {@link CommittedOffsets}.
 */
public final class KnownGroups {

    /** Clients that ask for queues which nobody pulls from must not fill the memory. */
    private static final int MAX_CHOICES = 65_536;

    private static final int MAX_MEMBERS_CHOOSING = 64;

    private final Object lock = new Object();

    /** Replaced as one, so that who reads without the lock never sees a moment without any groups. */
    private volatile Tables tables = new Tables();

    /** Groups that were told that they have no offset, and will choose where to begin; and which members learned that. */
    private final Map<Choice, Set<InetSocketAddress>> choices = new ConcurrentHashMap<>();

    private volatile long version;

    private record Choice(String group, QueueKey queue) {}

    /**
     * The groups, in both directions.
     *
     * @param byGroup group to topic to queue id to where the group began
     * @param byTopic topic to groups
     */
    private record Tables(Map<String, Map<String, Map<Integer, Long>>> byGroup, Map<String, Set<String>> byTopic) {

        Tables() {
            this(new ConcurrentHashMap<>(), new ConcurrentHashMap<>());
        }

        /** @return where the group began in the topic; null if it was not known for it */
        @Nullable
        Map<Integer, Long> find(String group, String topic) {
            return byGroup.getOrDefault(group, Map.of()).get(topic);
        }

        /** The group is known for the topic from now on. */
        Map<Integer, Long> add(String group, String topic) {
            byTopic.computeIfAbsent(topic, name -> ConcurrentHashMap.newKeySet())
                    .add(group);
            return byGroup.computeIfAbsent(group, name -> new ConcurrentHashMap<>())
                    .computeIfAbsent(topic, name -> new ConcurrentHashMap<>());
        }
    }

    KnownGroups() {}

    /** Counts the changes, so that whoever stores them sees whether there are any. */
    public long version() {
        return version;
    }

    /** The group subscribes to the topic. */
    void subscribed(String group, String topic) {
        if (!isKnown(group, topic)) {
            synchronized (lock) {
                beginnings(group, topic);
            }
        }
    }

    /** The group committed an offset. If nothing was known of it in this topic, it counts from there. */
    void committed(String group, QueueKey queue, long offset) {
        if (!isKnown(group, queue.topic())) {
            begin(group, queue, offset);
        }
    }

    /**
     * A member of the group learned that there is no offset in the queue, and was given none: its next pull tells where the
     * group begins. Pulls of another member, who still reads the queue, do not.
     */
    public void choosesStart(String group, QueueKey queue, InetSocketAddress member) {
        if (isKnown(group, queue.topic()) && choices.size() < MAX_CHOICES) {
            synchronized (lock) {
                Set<InetSocketAddress> members =
                        choices.computeIfAbsent(new Choice(group, queue), key -> ConcurrentHashMap.newKeySet());
                if (members.size() >= MAX_MEMBERS_CHOOSING) {
                    members.clear();
                }
                members.add(member);
            }
        }
    }

    /** The member learned that the group has an offset in the queue, and will choose nothing. */
    public void goesOn(String group, QueueKey queue, InetSocketAddress member) {
        if (chooses(group, queue, member)) {
            synchronized (lock) {
                choices.computeIfPresent(new Choice(group, queue), (choice, members) -> {
                    members.remove(member);
                    return members.isEmpty() ? null : members;
                });
            }
        }
    }

    /** Asked with each pull, where mostly nobody chooses. */
    private boolean chooses(String group, QueueKey queue, InetSocketAddress member) {
        if (choices.isEmpty()) {
            return false;
        }
        Set<InetSocketAddress> members = choices.get(new Choice(group, queue));
        return members != null && members.contains(member);
    }

    /** A member of the group pulls from this offset of the queue. */
    public void pulls(String group, QueueKey queue, long offset, InetSocketAddress member) {
        if (chooses(group, queue, member)) {
            synchronized (lock) {
                // Another of its pulls may have come first.
                if (chooses(group, queue, member)) {
                    choices.remove(new Choice(group, queue));
                    begin(group, queue, offset);
                }
            }
        }
    }

    /** Brings back what was stored. */
    void restore(String group, String topic, Map<Integer, Long> beginnings) {
        synchronized (lock) {
            beginnings(group, topic).putAll(beginnings);
        }
    }

    /** Forgets all groups but these. */
    void replaceBy(Map<String, Map<String, Map<Integer, Long>>> content) {
        Tables replacing = new Tables();
        content.forEach((group, topics) -> topics.forEach(
                (topic, beginnings) -> replacing.add(group, topic).putAll(beginnings)));
        synchronized (lock) {
            tables = replacing;
            version++;
        }
    }

    void begin(String group, QueueKey queue, long offset) {
        synchronized (lock) {
            beginnings(group, queue.topic()).put(queue.queueId(), offset);
            version++;
        }
    }

    /** Called with the lock held. */
    private Map<Integer, Long> beginnings(String group, String topic) {
        Map<Integer, Long> known = tables.find(group, topic);
        if (known == null) {
            known = tables.add(group, topic);
            version++;
        }
        return known;
    }

    /** From now on nothing is kept for the group, until it subscribes or commits again. */
    void forget(String group) {
        synchronized (lock) {
            Map<String, Map<Integer, Long>> topics = tables.byGroup().remove(group);
            if (topics != null) {
                for (String topic : topics.keySet()) {
                    Set<String> others = tables.byTopic().get(topic);
                    if (others != null && others.remove(group) && others.isEmpty()) {
                        tables.byTopic().remove(topic);
                    }
                }
                version++;
            }
            choices.keySet().removeIf(choice -> choice.group().equals(group));
        }
    }

    public boolean isKnown(String group, String topic) {
        return tables.find(group, topic) != null;
    }

    /** All groups that are known. */
    public Set<String> groups() {
        return Set.copyOf(tables.byGroup().keySet());
    }

    /** The groups that are known for the topic. */
    public Set<String> groups(String topic) {
        return Set.copyOf(tables.byTopic().getOrDefault(topic, Set.of()));
    }

    /** The topics that the group is known for, its retry topic among them if it subscribed. */
    public Set<String> topics(String group) {
        return Set.copyOf(tables.byGroup().getOrDefault(group, Map.of()).keySet());
    }

    /** Where the group began in the queue; null if with the first message that was there. */
    public @Nullable Long beginning(String group, QueueKey queue) {
        Map<Integer, Long> beginnings = tables.find(group, queue.topic());
        return beginnings == null ? null : beginnings.get(queue.queueId());
    }

    /** To be stored: group to topic to queue id to where the group began. */
    Map<String, Map<String, Map<Integer, Long>>> content() {
        Map<String, Map<String, Map<Integer, Long>>> content = new TreeMap<>();
        synchronized (lock) {
            tables.byGroup().forEach((group, topics) -> {
                Map<String, Map<Integer, Long>> copy = new TreeMap<>();
                topics.forEach((topic, beginnings) -> copy.put(topic, new TreeMap<>(beginnings)));
                content.put(group, copy);
            });
        }
        return content;
    }
}
