package io.reliablemq.spring.config;

import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.spring.listener.GroupDispatcher;
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
 * The listeners of one group, merged: they share one subscription, because all members of a group must have the same,
 * and a message goes to the one that selects its topic and tag.
 *
 * @param concurrency null for the default
 * @param maxReconsumeTimes null for the default
 */
public record MessageListenerGroup(
        String name,
        List<MessageListenerEndpoint> endpoints,
        @Nullable Integer concurrency,
        @Nullable Integer maxReconsumeTimes,
        boolean autoStartup) {

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
        requireDisjoint(name, endpoints);
        Boolean autoStartup = common(name, "autoStartup", endpoints, MessageListenerEndpoint::autoStartup);
        return new MessageListenerGroup(
                name,
                endpoints,
                common(name, "concurrency", endpoints, MessageListenerEndpoint::concurrency),
                common(name, "maxReconsumeTimes", endpoints, MessageListenerEndpoint::maxReconsumeTimes),
                autoStartup == null || autoStartup);
    }

    /** The tag expression of each topic: what its listeners take together. */
    public Map<String, String> subscriptions() {
        Map<String, TagSelector> merged = new LinkedHashMap<>();
        endpoints.forEach(endpoint -> merged.merge(endpoint.topic(), endpoint.tags(), TagSelector::union));
        Map<String, String> subscriptions = new LinkedHashMap<>();
        merged.forEach((topic, tags) -> subscriptions.put(topic, tags.expression()));
        return subscriptions;
    }

    /** Hands a message to its listener. */
    public MessageHandler dispatcher() {
        return new GroupDispatcher(
                name,
                endpoints.stream()
                        .map(endpoint ->
                                new GroupDispatcher.Route(endpoint.topic(), endpoint.tags(), endpoint.handler()))
                        .toList());
    }

    private static void requireDisjoint(String name, List<MessageListenerEndpoint> endpoints) {
        for (int i = 0; i < endpoints.size(); i++) {
            for (MessageListenerEndpoint second : endpoints.subList(i + 1, endpoints.size())) {
                MessageListenerEndpoint first = endpoints.get(i);
                if (first.topic().equals(second.topic()) && first.tags().overlaps(second.tags())) {
                    throw new ListenerConfigurationException(
                            "Two listeners of group '" + name + "' take the same messages of topic '" + first.topic()
                                    + "': " + first.description() + " with tags '" + first.tags() + "' and "
                                    + second.description() + " with tags '" + second.tags() + "'.",
                            "Within a group each message goes to one listener: give the two different tags, or give "
                                    + "one of them a group of its own if both are to receive every message.");
                }
            }
        }
    }

    /** What the endpoints that say something agree on; null if none does. */
    private static <T> @Nullable T common(
            String name,
            String attribute,
            List<MessageListenerEndpoint> endpoints,
            Function<MessageListenerEndpoint, @Nullable T> value) {
        List<MessageListenerEndpoint> speaking = endpoints.stream()
                .filter(endpoint -> value.apply(endpoint) != null)
                .toList();
        if (speaking.stream().map(value).distinct().count() > 1) {
            throw new ListenerConfigurationException(
                    "The listeners of group '" + name + "' differ in " + attribute + ": "
                            + speaking.stream()
                                    .map(endpoint -> endpoint.description() + " has " + value.apply(endpoint))
                                    .collect(Collectors.joining(", "))
                            + ".",
                    "The listeners of a group share one consumer: set the same " + attribute
                            + " on all of them or on one only, or use different groups.");
        }
        return speaking.stream().map(value).filter(Objects::nonNull).findFirst().orElse(null);
    }
}
