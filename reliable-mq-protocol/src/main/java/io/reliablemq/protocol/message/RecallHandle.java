package io.reliablemq.protocol.message;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * What a producer is given for a message that waits for its time, to call it back with.
 *
 * @param topic that the message is for
 * @param brokerName of the broker that keeps it
 * @param dueMs wall time of that broker at which it is due
 * @param uniqueId of the message
 */
public record RecallHandle(String topic, String brokerName, long dueMs, String uniqueId) {

    private static final String VERSION = "v1";

    /** The handle as it stands on the wire. */
    public String encode() {
        String text = String.join(" ", VERSION, topic, brokerName, Long.toString(dueMs), uniqueId);
        return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
