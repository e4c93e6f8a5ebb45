package io.reliablemq.broker.topic;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Topics that every broker has, and names that are not for users. */
public final class SystemTopics {

    /** Topics that nobody may send to: by the protocol, and where the broker parks messages. */
    private static final Set<String> NOT_FOR_SENDING = Set.of(
            Names.SCHEDULE_TOPIC,
            Names.TIMER_TOPIC,
            Names.RECALL_TOPIC,
            Names.HALF_TOPIC,
            Names.ROLLBACK_TOPIC,
            Names.UNDECIDED_TOPIC,
            "SELF_TEST_TOPIC",
            "OFFSET_MOVED_EVENT",
            "RMQ_SYS_ROCKSDB_TRANS_HALF_TOPIC",
            "RMQ_SYS_ROCKSDB_TRANS_OP_HALF_TOPIC");

    private final List<TopicSettings> topics;

    /**
     * Name servers refuse the first registration of a broker that has exactly one topic, so there are always more.
     *
     * @param autoCreate whether producers may make topics by sending
     * @param queues most queues of a topic made that way
     * @param delayLevels queues of the delay schedule
     */
    public SystemTopics(String brokerName, String cluster, boolean autoCreate, int queues, int delayLevels) {
        int inheritable = Permission.READ_WRITE | Permission.INHERIT;
        List<TopicSettings> all = new ArrayList<>();
        if (autoCreate) {
            all.add(new TopicSettings(Names.AUTO_CREATE_TOPIC, queues, inheritable));
        }
        all.add(new TopicSettings(brokerName, 1, inheritable));
        all.add(new TopicSettings(cluster, queues, inheritable));
        all.add(new TopicSettings(Names.replyTopic(cluster), 1, Permission.READ_WRITE));
        all.add(new TopicSettings(Names.SCHEDULE_TOPIC, delayLevels, Permission.READ));
        all.add(new TopicSettings(Names.TIMER_TOPIC, 1, Permission.READ));
        topics = List.copyOf(all);
    }

    public List<TopicSettings> topics() {
        return topics;
    }

    public static boolean isForSending(String topic) {
        return !NOT_FOR_SENDING.contains(topic);
    }

    /** Whether administrators must leave the topic alone. */
    public boolean isSystemTopic(String topic) {
        return NOT_FOR_SENDING.contains(topic)
                || topic.startsWith("rmq_sys_")
                || topics.stream().anyMatch(own -> own.topic().equals(topic))
                || topic.equals(Names.AUTO_CREATE_TOPIC);
    }
}
