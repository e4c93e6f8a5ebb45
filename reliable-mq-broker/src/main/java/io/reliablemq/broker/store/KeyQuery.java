package io.reliablemq.broker.store;

/**
 * A search for messages of one topic.
 *
 * @param kind what {@code key} is
 * @param maxMessages most messages in the answer; the newest ones are given
 * @param maxBytes most bytes in the answer; one message is given whatever its size
 * @param beginMs earliest store timestamp, inclusive
 * @param endMs latest store timestamp, inclusive
 */
public record KeyQuery(String topic, String key, Kind kind, int maxMessages, long maxBytes, long beginMs, long endMs) {

    /** What a message is found by. */
    public enum Kind {
        /** A word of its keys, or its unique id. */
        KEY,
        /** Its unique id. */
        UNIQUE_ID,
        /** Its tag. */
        TAG
    }

    public KeyQuery {
        if (maxMessages < 1 || maxBytes < 1) {
            throw new IllegalArgumentException(
                    "A query for " + maxMessages + " messages in " + maxBytes + " bytes can find nothing");
        }
    }
}
