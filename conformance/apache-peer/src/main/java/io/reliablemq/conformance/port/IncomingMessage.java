package io.reliablemq.conformance.port;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A message as a listener sees it.
 *
 * @param topic as the listener sees it, also in a retry
 * @param messageId the unique id, the same in every copy
 * @param offsetMessageId the id of this stored copy
 * @param properties the application's and the protocol's, as the client has them
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

    /** The same with properties that stay, also if the client goes on working on its own. */
    public IncomingMessage kept() {
        return new IncomingMessage(
                topic,
                messageId,
                offsetMessageId,
                brokerName,
                queueId,
                queueOffset,
                reconsumeTimes,
                Map.copyOf(properties),
                body);
    }

    public @Nullable String property(String name) {
        return properties.get(name);
    }
}
