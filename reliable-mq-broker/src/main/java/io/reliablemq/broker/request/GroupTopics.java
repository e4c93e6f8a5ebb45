package io.reliablemq.broker.request;

import io.reliablemq.broker.topic.TopicWaiter;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.function.Consumer;

/**
 * The topics that belong to a consumer group, made when they are first needed: the retry topic by whatever comes first
 * of a new group, be it its heartbeat, a pull or a query; the dead-letter topic by the first dead letter. One queue
 * each. Name servers answer for the retry topic even before it is made, see
 * {@link io.reliablemq.broker.nameserver.NameServer}.
 */
public final class GroupTopics {

    private final Topics topics;
    private final Maker maker;

    /** Makes a topic that does not exist, or does without it. */
    @FunctionalInterface
    private interface Maker {
        void make(TopicSettings wanted, TopicWaiter waiter);
    }

    private GroupTopics(Topics topics, Maker maker) {
        this.topics = topics;
        this.maker = maker;
    }

    /** Topics are made where they are missing. */
    public static GroupTopics made(Topics topics) {
        return new GroupTopics(topics, topics::findOrCreate);
    }

    /** Topics come from the master: one that is missing has no messages here, and is not waited for. */
    public static GroupTopics followed(Topics topics) {
        return new GroupTopics(topics, (wanted, waiter) -> waiter.ready(wanted));
    }

    /** Goes on once the group's retry topic exists. */
    void withRetryTopic(String group, Runnable then, Consumer<String> orElse) {
        with(Names.retryTopic(group), then, orElse);
    }

    /** Goes on once the group's dead-letter topic exists. */
    void withDeadLetterTopic(String group, Runnable then, Consumer<String> orElse) {
        with(Names.deadLetterTopic(group), then, orElse);
    }

    /** Whether this is a retry topic that does not exist yet. */
    boolean isMissingRetryTopic(String topic) {
        return Names.isRetryTopic(topic) && topics.find(topic) == null;
    }

    private void with(String topic, Runnable then, Consumer<String> orElse) {
        if (topics.find(topic) != null) {
            then.run();
            return;
        }
        maker.make(new TopicSettings(topic, 1, Permission.READ_WRITE), new TopicWaiter() {
            @Override
            public void ready(TopicSettings settings) {
                then.run();
            }

            @Override
            public void failed(String reason) {
                orElse.accept(reason);
            }
        });
    }
}
