package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** Body of REGISTER_BROKER. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record BrokerRegistration(
        @JsonProperty("topicConfigSerializeWrapper") TopicTable topicTable,
        @JsonProperty("filterServerList") List<String> filterServers) {

    public BrokerRegistration {
        filterServers = filterServers == null ? List.of() : List.copyOf(filterServers);
    }

    public BrokerRegistration(TopicTable topicTable) {
        this(topicTable, List.of());
    }
}
