package io.reliablemq.conformance.port;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as a listener sees it.
 *
 * @param topic as the listener sees it, also in a retry
 * @param messageId the unique id, the same in every copy
 * @param offsetMessageId the id of this stored copy
 * @param properties the application's and the protocol's
 */
public record IncomingMessage(
        String topic,
        String messageId,
        String offsetMessageId,
        String brokerName,
        int queueId,
        long queueOffset,
        int reconsumeTimes,
        Map<String, String> properties,
        byte[] body) {

    public IncomingMessage {
        properties = Map.copyOf(properties);
    }

    public @Nullable String property(String name) {
        return properties.get(name);
    }
}
