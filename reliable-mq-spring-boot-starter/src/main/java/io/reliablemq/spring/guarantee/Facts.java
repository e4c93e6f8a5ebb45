package io.reliablemq.spring.guarantee;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that the rules look at.
 *
 * @param nameServerProblem why it is not known which brokers there are; null if it is
 */
public record Facts(
        List<ProducerFacts> producers,
        List<BrokerFacts> brokers,
        @Nullable String nameServerProblem,
        List<GroupFacts> groups) {

    public Facts {
        producers = List.copyOf(producers);
        brokers = List.copyOf(brokers);
        groups = List.copyOf(groups);
    }
}
