package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/** All consumer groups of a broker. Answer of GET_ALL_SUBSCRIPTION_GROUP_CONFIG. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerGroupTable(
        @JsonProperty("subscriptionGroupTable") Map<String, ConsumerGroupSettings> groups,
        @JsonProperty("dataVersion") TopicTable.DataVersion version) {

    public ConsumerGroupTable {
        groups = groups == null ? Map.of() : Map.copyOf(groups);
        version = version == null ? new TopicTable.DataVersion(0, 0, 0) : version;
    }
}
