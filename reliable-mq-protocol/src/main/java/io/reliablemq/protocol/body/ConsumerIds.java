package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** The client ids of a group. Answer of GET_CONSUMER_LIST_BY_GROUP. */
@JsonIgnoreProperties(ignoreUnknown = true)
public record ConsumerIds(@JsonProperty("consumerIdList") List<String> ids) {

    public ConsumerIds {
        ids = ids == null ? List.of() : List.copyOf(ids);
    }
}
