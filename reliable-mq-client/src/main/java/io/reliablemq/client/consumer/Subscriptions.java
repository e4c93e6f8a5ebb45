package io.reliablemq.client.consumer;

import io.reliablemq.client.api.ConsumeFrom;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The topics of a group with what is wanted of each, the group's retry topic included. Immutable. */
final class Subscriptions {

    private static final String ALL = "*";

    private final String group;
    private final ConsumeFrom consumeFrom;
    private final boolean broadcasting;
    private final long version;
    /** Wanted tags by topic; an empty set stands for all. */
    private final Map<String, Set<String>> tags = new TreeMap<>();

    private final Map<String, String> expressions = new TreeMap<>();
    private final Set<String> bySql;
    private final @Nullable String everywhere;
    private final Set<String> tagsEverywhere;

    /** @param version ms of the clock, greater than that of any earlier subscription of this client */
    Subscriptions(PushConsumerSettings settings, long version) {
        this.group = settings.group();
        this.consumeFrom = settings.consumeFrom();
        this.broadcasting = settings.isBroadcasting();
        this.version = version;
        this.everywhere = null;
        this.tagsEverywhere = Set.of();
        this.bySql = settings.sqlSubscriptions().keySet();
        settings.subscriptions().forEach(this::add);
        settings.sqlSubscriptions().forEach((topic, expression) -> {
            expressions.put(topic, expression);
            tags.put(topic, Set.of());
        });
        if (!broadcasting) {
            add(Names.retryTopic(group), ALL);
        }
    }

    /** The same tags of whatever topic, told with each pull and by no heartbeat. */
    private Subscriptions(String group, String expression) {
        this.group = group;
        this.consumeFrom = ConsumeFrom.FIRST_OFFSET;
        this.broadcasting = false;
        this.version = 0;
        this.bySql = Set.of();
        this.everywhere = expression.isBlank() ? ALL : expression.trim();
        this.tagsEverywhere = parse(ALL, everywhere);
    }

    static Subscriptions ofEveryTopic(String group, String expression) {
        return new Subscriptions(group, expression);
    }

    /** Whether brokers are told by heartbeats. */
    boolean isTold() {
        return everywhere == null;
    }

    String expression(String topic) {
        return everywhere == null ? expressions.getOrDefault(topic, ALL) : everywhere;
    }

    private void add(String topic, String expression) {
        String trimmed = expression.isBlank() ? ALL : expression.trim();
        expressions.put(topic, trimmed);
        tags.put(topic, parse(topic, trimmed));
    }

    private static Set<String> parse(String topic, String expression) {
        if (expression.equals(ALL)) {
            return Set.of();
        }
        Set<String> parsed = Arrays.stream(expression.split("\\|\\|"))
                .map(String::trim)
                .filter(tag -> !tag.isEmpty())
                .collect(Collectors.toCollection(TreeSet::new));
        if (parsed.isEmpty()) {
            throw new IllegalArgumentException("The tag expression '" + expression + "' of topic '" + topic
                    + "' names no tag; use * or tags joined by ||");
        }
        return parsed;
    }

    Set<String> topics() {
        return tags.keySet();
    }

    /** {@code TAG} or {@code SQL92}. */
    String type(String topic) {
        return bySql.contains(topic) ? "SQL92" : "TAG";
    }

    long version() {
        return version;
    }

    /** Whether the message has a tag that is wanted. The broker compares hash codes only, so it may send too many. */
    boolean wants(String topic, StoredMessage message) {
        Set<String> wanted = tags.getOrDefault(topic, tagsEverywhere);
        @Nullable String tag = message.tag();
        return wanted.isEmpty() || tag != null && wanted.contains(tag);
    }

    /** What brokers are told of this member. */
    ConsumerEntry entry() {
        List<SubscriptionEntry> entries =
                tags.keySet().stream().map(this::entry).toList();
        String from = "CONSUME_FROM_" + consumeFrom.name();
        return new ConsumerEntry(
                group, "CONSUME_PASSIVELY", broadcasting ? "BROADCASTING" : "CLUSTERING", from, entries, false);
    }

    SubscriptionEntry entry(String topic) {
        Set<String> wanted = tags.getOrDefault(topic, Set.of());
        return new SubscriptionEntry(
                topic,
                expressions.getOrDefault(topic, ALL),
                wanted,
                wanted.stream().map(String::hashCode).collect(Collectors.toSet()),
                version,
                type(topic),
                false);
    }
}
