package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.ConsumeFrom;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How a consumer group receives here.
 *
 * @param topics that it subscribes to
 * @param broadcasting whether each member gets all messages
 * @param orderly whether the messages of a queue are handled one after the other
 * @param consumeFrom where it starts for the first time
 * @param maxReconsumeTimes retries before a message becomes a dead letter
 * @param idempotent whether each of its listeners does its work once for a message that comes twice; null if nobody knows
 * @param deadLettersHeard whether a listener here receives its dead letters
 * @param discardedBy brokers that say that they have no retry queue for it, and drop what is given back
 */
public record GroupFacts(
        String group,
        Set<String> topics,
        boolean broadcasting,
        boolean orderly,
        ConsumeFrom consumeFrom,
        int maxReconsumeTimes,
        @Nullable Boolean idempotent,
        boolean deadLettersHeard,
        Set<String> discardedBy) {

    public GroupFacts {
        topics = new TreeSet<>(topics);
        discardedBy = new TreeSet<>(discardedBy);
    }

    /** What the application alone knows. */
    GroupFacts(
            String group,
            Set<String> topics,
            boolean broadcasting,
            boolean orderly,
            ConsumeFrom consumeFrom,
            int maxReconsumeTimes,
            @Nullable Boolean idempotent,
            boolean deadLettersHeard) {
        this(
                group,
                topics,
                broadcasting,
                orderly,
                consumeFrom,
                maxReconsumeTimes,
                idempotent,
                deadLettersHeard,
                Set.of());
    }

    GroupFacts discardedBy(Set<String> brokers) {
        return new GroupFacts(
                group,
                topics,
                broadcasting,
                orderly,
                consumeFrom,
                maxReconsumeTimes,
                idempotent,
                deadLettersHeard,
                brokers);
    }
}
