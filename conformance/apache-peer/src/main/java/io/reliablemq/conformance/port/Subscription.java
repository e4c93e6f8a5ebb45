package io.reliablemq.conformance.port;

/**
 * What a group receives. A new group starts at the first offset.
 *
 * @param tags {@code *}, or tags joined by {@code ||}
 */
public record Subscription(String group, String topic, String tags) {

    public static Subscription of(String group, String topic) {
        return new Subscription(group, topic, "*");
    }
}
