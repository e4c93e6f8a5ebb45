package io.reliablemq.broker.group;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** How far each group is behind, and how many of its dead letters are kept. Thread-safe. */
public final class GroupFigures implements Figures {

    private final ConsumerGroups groups;
    private final CommittedOffsets offsets;
    private final Topics topics;
    private final MessageStore store;

    public GroupFigures(ConsumerGroups groups, CommittedOffsets offsets, Topics topics, MessageStore store) {
        this.groups = groups;
        this.offsets = offsets;
        this.topics = topics;
        this.store = store;
    }

    @Override
    public List<Figure> read() {
        List<Figure> figures = new ArrayList<>();
        Set<String> known = new TreeSet<>(offsets.groups());
        known.addAll(groups.views().keySet());
        for (String group : known) {
            for (String topic : consumed(group)) {
                TopicSettings settings = topics.find(topic);
                if (settings != null && !topic.equals(Names.retryTopic(group))) {
                    figures.add(lag(group, settings));
                }
            }
        }
        topics.all().keySet().stream()
                .filter(Names::isDeadLetterTopic)
                .sorted()
                .forEach(topic -> figures.add(dead(topic)));
        return figures;
    }

    /** What the group has offsets in, and what it subscribes to. Members of a broadcast keep their offsets themselves. */
    private Set<String> consumed(String group) {
        Set<String> consumed = new TreeSet<>(offsets.topics(group));
        GroupView view = groups.view(group);
        if (view != null && !view.isBroadcasting()) {
            consumed.addAll(view.subscriptions().keySet());
        }
        return consumed;
    }

    private Figure lag(String group, TopicSettings topic) {
        long behind = 0;
        for (int queueId = 0; queueId < Math.max(topic.readQueues(), topic.writeQueues()); queueId++) {
            QueueKey queue = new QueueKey(topic.topic(), queueId);
            Long committed = offsets.find(group, queue);
            long next = Math.max(committed == null ? 0 : committed, store.minOffset(queue));
            behind += Math.max(0, store.maxOffset(queue) - next);
        }
        return messages("lag", "Messages of the topic that the group has not finished", behind, group)
                .tagged("topic", topic.topic());
    }

    private Figure dead(String topic) {
        QueueKey queue = new QueueKey(topic, 0);
        String group = topic.substring(Names.DEAD_LETTER_PREFIX.length());
        long kept = store.maxOffset(queue) - store.minOffset(queue);
        return messages("dead.kept", "Messages that the group gave up and that are kept", kept, group);
    }

    private static Figure messages(String name, String help, long value, String group) {
        return Figure.gauge("reliable.mq.broker.group." + name, Figure.MESSAGES, help, value)
                .tagged("group", group);
    }
}
