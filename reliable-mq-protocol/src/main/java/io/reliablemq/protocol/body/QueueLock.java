package io.reliablemq.protocol.body;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;

/** Bodies of LOCK_BATCH_QUEUES and UNLOCK_BATCH_QUEUES. */
public final class QueueLock {

    /** The queues that a client wants to hold, or to let go. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Request(
            @JsonProperty("consumerGroup") String group,
            @JsonProperty("clientId") String clientId,
            @JsonProperty("mqSet") List<Queue> queues,
            @JsonProperty("onlyThisBroker") boolean onlyThisBroker) {}

    /** The queues that the client holds now. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Response(@JsonProperty("lockOKMQSet") List<Queue> locked) {}

    /** A queue by its wire names. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    public record Queue(
            @JsonProperty("topic") String topic,
            @JsonProperty("brokerName") String brokerName,
            @JsonProperty("queueId") int queueId) {}

    private QueueLock() {}
}
