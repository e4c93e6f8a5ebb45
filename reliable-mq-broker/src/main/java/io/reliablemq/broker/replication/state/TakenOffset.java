package io.reliablemq.broker.replication.state;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.QueueKey;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An offset that a consumer committed at a slave.
 *
 * @param base what the master had said by then; null if nothing
 * @param offset of the next message that the group has not finished
 */
public record TakenOffset(
        @JsonProperty("group") String group,
        @JsonProperty("topic") String topic,
        @JsonProperty("queue") int queueId,
        @JsonProperty("base") @Nullable Long base,
        @JsonProperty("offset") long offset) {

    QueueKey queue() {
        return new QueueKey(topic, queueId);
    }

    /** Several of them, as they are sent and stored. */
    record Table(@JsonProperty("offsets") List<TakenOffset> offsets) {}
}
