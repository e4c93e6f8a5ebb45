package io.reliablemq.conformance.port;

/**
 * What a group receives. A new group starts at the first offset.
 *
 * @param tags {@code *}, or tags joined by {@code ||}
 * @param maxReconsumeTimes retries before a message becomes a dead letter; {@link #LIBRARY_DEFAULT} for the library's
 */
public record Subscription(String group, String topic, String tags, int maxReconsumeTimes) {

    public static final int LIBRARY_DEFAULT = -1;

    public static Subscription of(String group, String topic) {
        return new Subscription(group, topic, "*", LIBRARY_DEFAULT);
    }

    public Subscription withTags(String expression) {
        return new Subscription(group, topic, expression, maxReconsumeTimes);
    }

    public Subscription withMaxReconsumeTimes(int times) {
        return new Subscription(group, topic, tags, times);
    }
}
