package io.reliablemq.protocol.route;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Map;

/**
 * A topic on one broker, as the broker keeps it and registers it with name servers.
 *
 * @param permission see {@link Permission}
 * @param filterType {@code SINGLE_TAG}, the only one in use
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopicSettings(
        @JsonProperty("topicName") String topic,
        @JsonProperty("readQueueNums") int readQueues,
        @JsonProperty("writeQueueNums") int writeQueues,
        @JsonProperty("perm") int permission,
        @JsonProperty("topicFilterType") String filterType,
        @JsonProperty("topicSysFlag") int systemFlag,
        @JsonProperty("order") boolean ordered,
        @JsonProperty("attributes") Map<String, String> attributes) {

    public TopicSettings {
        filterType = filterType == null ? "SINGLE_TAG" : filterType;
        attributes = attributes == null ? Map.of() : Map.copyOf(attributes);
    }

    public TopicSettings(String topic, int queues, int permission) {
        this(topic, queues, queues, permission, "SINGLE_TAG", 0, false, Map.of());
    }
}
