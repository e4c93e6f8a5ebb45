package io.reliablemq.protocol.route;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The brokers of a topic and its queues on each of them.
 *
 * @param queues one entry a broker
 * @param brokers one entry a broker name, with the addresses of master and slaves
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopicRoute(
        @JsonProperty("brokerDatas") List<BrokerAddresses> brokers,
        @JsonProperty("queueDatas") List<QueueAccess> queues,
        @JsonProperty("filterServerTable") Map<String, List<String>> filterServers) {

    public static final TopicRoute EMPTY = new TopicRoute(List.of(), List.of(), Map.of());

    public TopicRoute {
        brokers = brokers == null ? List.of() : List.copyOf(brokers);
        queues = queues == null ? List.of() : List.copyOf(queues);
        filterServers = Map.of();
    }

    public TopicRoute(List<BrokerAddresses> brokers, List<QueueAccess> queues) {
        this(brokers, queues, Map.of());
    }

    /** The addresses of the broker with that name, or null. */
    public @Nullable BrokerAddresses broker(String brokerName) {
        for (BrokerAddresses broker : brokers) {
            if (broker.brokerName().equals(brokerName)) {
                return broker;
            }
        }
        return null;
    }
}
