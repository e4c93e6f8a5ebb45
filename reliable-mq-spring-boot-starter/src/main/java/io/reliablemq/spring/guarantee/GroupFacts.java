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
 */
public record GroupFacts(
        String group,
        Set<String> topics,
        boolean broadcasting,
        boolean orderly,
        ConsumeFrom consumeFrom,
        int maxReconsumeTimes,
        @Nullable Boolean idempotent,
        boolean deadLettersHeard) {

    public GroupFacts {
        topics = new TreeSet<>(topics);
    }
}
