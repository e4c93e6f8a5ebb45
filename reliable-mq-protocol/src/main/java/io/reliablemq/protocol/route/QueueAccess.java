package io.reliablemq.protocol.route;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * The queues of a topic on one broker: ids 0 to count - 1.
 *
 * @param permission see {@link Permission}
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record QueueAccess(
        @JsonProperty("brokerName") String brokerName,
        @JsonProperty("readQueueNums") int readQueues,
        @JsonProperty("writeQueueNums") int writeQueues,
        @JsonProperty("perm") int permission,
        @JsonProperty("topicSysFlag") int systemFlag) {}
