package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Topic names. Answer of GET_ALL_TOPICS_FROM_NAME_SERVER, content of ROUTES_CHANGED. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record TopicList(
        @JsonProperty("topicList") List<String> topics,
        @JsonProperty("brokerAddr") @Nullable String brokerAddress) {}
