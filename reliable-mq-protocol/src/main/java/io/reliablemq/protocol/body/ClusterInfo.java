package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.util.Map;
import java.util.Set;

/** All brokers by name and the names by cluster. Answer of GET_BROKER_CLUSTER_INFO. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ClusterInfo(
        @JsonProperty("brokerAddrTable") Map<String, BrokerAddresses> brokers,
        @JsonProperty("clusterAddrTable") Map<String, Set<String>> clusters) {

    public ClusterInfo {
        brokers = brokers == null ? Map.of() : Map.copyOf(brokers);
        clusters = clusters == null ? Map.of() : Map.copyOf(clusters);
    }
}
