package io.reliablemq.spring.config;

import io.reliablemq.protocol.message.Names;
import io.reliablemq.spring.listener.MessageSelector;
import io.reliablemq.spring.listener.SqlSelector;
import io.reliablemq.spring.listener.TagSelector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The listeners of one group, merged: they share one subscription and one consumer, because all members of a group must have
 * the same, and a message goes to the one that selects its topic and tag.
 *
 * @param settings what the listeners agree on
 */
public record MessageListenerGroup(String name, List<MessageListenerEndpoint> endpoints, ListenerSettings settings) {

    public MessageListenerGroup {
        endpoints = List.copyOf(endpoints);
    }

    /**
     * Merges listeners by group, in the order of their first listener.
     *
     * @throws ListenerConfigurationException if two of a group take the same message or differ in its settings
     */
    static List<MessageListenerGroup> merge(List<MessageListenerEndpoint> endpoints) {
        Map<String, List<MessageListenerEndpoint>> byGroup = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> byGroup.computeIfAbsent(endpoint.group(), group -> new ArrayList<>())
                .add(endpoint));
        return byGroup.entrySet().stream()
                .map(entry -> of(entry.getKey(), entry.getValue()))
                .toList();
    }

    private static MessageListenerGroup of(String name, List<MessageListenerEndpoint> endpoints) {
        endpoints.forEach(endpoint -> requireNotItsOwnDeadLetters(name, endpoint));
        requireDisjoint(name, endpoints);
        return new MessageListenerGroup(name, endpoints, new Agreement(name, endpoints).settings());
    }

    /** What the listeners of each topic take together. */
    Map<String, MessageSelector> selectors() {
        Map<String, MessageSelector> merged = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> merged.merge(endpoint.topic(), endpoint.selector(), MessageListenerGroup::union));
        return merged;
    }

    Map<String, List<MessageListenerEndpoint>> byTopic() {
        return endpoints.stream()
                .collect(Collectors.groupingBy(
                        MessageListenerEndpoint::topic, LinkedHashMap::new, Collectors.toUnmodifiableList()));
    }

    static String descriptions(List<MessageListenerEndpoint> endpoints) {
        return endpoints.stream().map(MessageListenerEndpoint::description).collect(Collectors.joining(", "));
    }

    private static MessageSelector union(MessageSelector one, MessageSelector other) {
        if (one instanceof TagSelector tags && other instanceof TagSelector more) {
            return tags.union(more);
        }
        throw new IllegalStateException("Selectors that overlap are refused before: " + one + " and " + other);
    }

    private static void requireNotItsOwnDeadLetters(String name, MessageListenerEndpoint endpoint) {
        if (endpoint.topic().equals(Names.deadLetterTopic(name))) {
            throw new ListenerConfigurationException(
                    "The listener " + endpoint.description() + " takes the dead letters of its own group '" + name
                            + "', so that one it cannot handle would come back to it for ever.",
                    "Give it a group of its own.");
        }
    }

    private static void requireDisjoint(String name, List<MessageListenerEndpoint> endpoints) {
        for (int i = 0; i < endpoints.size(); i++) {
            for (MessageListenerEndpoint second : endpoints.subList(i + 1, endpoints.size())) {
                requireDisjoint(name, endpoints.get(i), second);
            }
        }
    }

    private static void requireDisjoint(String name, MessageListenerEndpoint first, MessageListenerEndpoint second) {
        if (!first.topic().equals(second.topic()) || !first.selector().overlaps(second.selector())) {
            return;
        }
        String both = first.description() + " with " + shown(first.selector()) + " and " + second.description()
                + " with " + shown(second.selector()) + ".";
        if (first.selector() instanceof SqlSelector || second.selector() instanceof SqlSelector) {
            throw new ListenerConfigurationException(
                    "Two listeners of group '" + name + "' take topic '" + first.topic()
                            + "', and at least one of them by an expression: " + both,
                    "A group has one subscription to a topic, and an expression is evaluated in the broker, so that "
                            + "nobody could tell whose a message is: give each of the two a group of its own, or select "
                            + "by tags.");
        }
        throw new ListenerConfigurationException(
                "Two listeners of group '" + name + "' take the same messages of topic '" + first.topic() + "': "
                        + both,
                "Within a group each message goes to one listener: give the two different tags, or give "
                        + "one of them a group of its own if both are to receive every message.");
    }

    private static String shown(MessageSelector selector) {
        return selector instanceof SqlSelector
                ? "the expression '" + selector.expression() + "'"
                : "tags '" + selector.expression() + "'";
    }

    /** Finds what the listeners of a group agree on. */
    private record Agreement(String group, List<MessageListenerEndpoint> endpoints) {

        ListenerSettings settings() {
            Boolean batch = on("whether they take batches", ListenerSettings::batch);
            return new ListenerSettings(
                    on("mode", ListenerSettings::mode),
                    on("model", ListenerSettings::model),
                    on("concurrency", ListenerSettings::concurrency),
                    batch != null && batch,
                    on("batchSize", ListenerSettings::batchSize),
                    on("maxReconsumeTimes", ListenerSettings::maxReconsumeTimes),
                    on("retryDelays", ListenerSettings::retryDelays),
                    // What is non-retryable is decided listener by listener.
                    null,
                    on("consumeFrom", ListenerSettings::consumeFrom),
                    on("consumeFrom", ListenerSettings::consumeTimestamp),
                    on("consumeTimeout", ListenerSettings::consumeTimeout),
                    on("maxMessagesPerSecond", ListenerSettings::maxMessagesPerSecond),
                    on("autoStartup", ListenerSettings::autoStartup));
        }

        /** What those that say something agree on; null if none does. */
        private <T> @Nullable T on(String attribute, Function<ListenerSettings, @Nullable T> value) {
            List<MessageListenerEndpoint> speaking = endpoints.stream()
                    .filter(endpoint -> value.apply(endpoint.settings()) != null)
                    .toList();
            if (speaking.stream()
                            .map(endpoint -> value.apply(endpoint.settings()))
                            .distinct()
                            .count()
                    > 1) {
                throw new ListenerConfigurationException(
                        "The listeners of group '" + group + "' differ in " + attribute + ": "
                                + speaking.stream()
                                        .map(endpoint ->
                                                endpoint.description() + " has " + value.apply(endpoint.settings()))
                                        .collect(Collectors.joining(", "))
                                + ".",
                        "The listeners of a group share one consumer: say the same on all of them or on one only, or "
                                + "use different groups.");
            }
            return speaking.stream()
                    .map(endpoint -> value.apply(endpoint.settings()))
                    .filter(Objects::nonNull)
                    .findFirst()
                    .orElse(null);
        }
    }
}
