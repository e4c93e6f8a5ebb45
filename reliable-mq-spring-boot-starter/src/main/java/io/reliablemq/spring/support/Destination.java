package io.reliablemq.spring.support;

import io.reliablemq.protocol.message.Names;
import org.jspecify.annotations.Nullable;

/**
 * Where a message goes: {@code topic} or {@code topic:tag}.
 *
 * @param tag null for none
 */
public record Destination(String topic, @Nullable String tag) {

    public Destination {
        Names.requireTopic(topic);
        if (tag != null) {
            requireTag(tag);
        }
    }

    /** @throws IllegalArgumentException naming the destination and what is wrong with it */
    public static Destination parse(String destination) {
        int colon = destination.indexOf(':');
        try {
            return colon < 0
                    ? new Destination(destination, null)
                    : new Destination(destination.substring(0, colon), destination.substring(colon + 1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "The destination '" + destination + "' is not of the form topic or topic:tag. " + e.getMessage(),
                    e);
        }
    }

    /** @throws IllegalArgumentException if no listener could ever select this tag */
    static String requireTag(String tag) {
        if (tag.isBlank() || !tag.equals(tag.strip()) || tag.equals("*") || tag.contains("||")) {
            throw new IllegalArgumentException("The tag '" + tag
                    + "' cannot be selected: a tag is not empty, not '*', has no blanks around it and no '||' inside");
        }
        return tag;
    }

    @Override
    public String toString() {
        return tag == null ? topic : topic + ":" + tag;
    }
}
