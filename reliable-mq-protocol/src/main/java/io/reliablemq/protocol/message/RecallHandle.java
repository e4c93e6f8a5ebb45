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
    private static final int PARTS = 5;
    private static final String NO_HANDLE = "'%s' is no recall handle; give the one of the receipt, unchanged";

    /**
     * Reads a handle as a broker gave it.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static RecallHandle decode(String handle) {
        try {
            String text = new String(Base64.getUrlDecoder().decode(handle), StandardCharsets.UTF_8);
            String[] parts = text.split(" ", -1);
            if (parts.length == PARTS && parts[0].equals(VERSION)) {
                return new RecallHandle(parts[1], parts[2], Long.parseLong(parts[3]), parts[4]);
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(NO_HANDLE.formatted(handle), e);
        }
        throw new IllegalArgumentException(NO_HANDLE.formatted(handle));
    }

    /** The handle as it stands on the wire. */
    public String encode() {
        String text = String.join(" ", VERSION, topic, brokerName, Long.toString(dueMs), uniqueId);
        return Base64.getUrlEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
