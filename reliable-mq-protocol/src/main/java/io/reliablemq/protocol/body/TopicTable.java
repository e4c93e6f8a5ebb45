package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.protocol.route.TopicSettings;
import java.util.Map;

/** The topics of a broker with the version of the table. Answer of GET_ALL_TOPIC_CONFIG, part of a registration. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopicTable(
        @JsonProperty("topicConfigTable") Map<String, TopicSettings> topics,
        @JsonProperty("dataVersion") DataVersion version) {

    public TopicTable {
        topics = topics == null ? Map.of() : Map.copyOf(topics);
        version = version == null ? new DataVersion(0, 0, 0) : version;
    }

    /**
     * Changes whenever the table does; compared for equality only.
     *
     * @param timestamp ms
     */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record DataVersion(
            @JsonProperty("stateVersion") long stateVersion,
            @JsonProperty("timestamp") long timestamp,
            @JsonProperty("counter") long counter) {}
}
