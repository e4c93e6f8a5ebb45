package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ReceivedMessage;
import java.util.Arrays;
import java.util.Collections;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Which tags of a topic a listener takes.
 *
 * @param tags sorted; empty for all messages, those without a tag included
 */
public record TagSelector(Set<String> tags) implements MessageSelector {

    /** Takes every message. */
    public static final TagSelector ALL = new TagSelector(Set.of());

    private static final String ALL_EXPRESSION = "*";

    public TagSelector {
        tags = Collections.unmodifiableSet(new TreeSet<>(tags));
    }

    /**
     * Reads {@code *}, one tag, or several joined by {@code ||}. Nothing at all stands for {@code *}.
     *
     * @throws IllegalArgumentException if a tag is missing beside {@code ||}, or {@code *} is only one of several
     */
    public static TagSelector parse(String expression) {
        String text = expression.strip();
        if (text.isEmpty() || text.equals(ALL_EXPRESSION)) {
            return ALL;
        }
        Set<String> tags = new TreeSet<>();
        Arrays.stream(text.split("\\|\\|", -1)).map(String::strip).forEach(tags::add);
        if (tags.contains("") || tags.contains(ALL_EXPRESSION)) {
            throw new IllegalArgumentException("The tags '" + expression
                    + "' are neither '*' nor tags joined by '||', for instance 'created || paid'");
        }
        return new TagSelector(tags);
    }

    public boolean isAll() {
        return tags.isEmpty();
    }

    @Override
    public boolean takes(ReceivedMessage message) {
        return matches(message.tag());
    }

    boolean matches(@Nullable String tag) {
        return isAll() || (tag != null && tags.contains(tag));
    }

    @Override
    public boolean overlaps(MessageSelector other) {
        return !(other instanceof TagSelector second)
                || isAll()
                || second.isAll()
                || !Collections.disjoint(tags, second.tags);
    }

    /** Takes what either takes. */
    public TagSelector union(TagSelector other) {
        if (isAll() || other.isAll()) {
            return ALL;
        }
        Set<String> both = new TreeSet<>(tags);
        both.addAll(other.tags);
        return new TagSelector(both);
    }

    @Override
    public String expression() {
        return isAll() ? ALL_EXPRESSION : String.join(" || ", tags);
    }

    @Override
    public String toString() {
        return expression();
    }
}
