package io.reliablemq.protocol.header;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Header of QUERY_MESSAGE.
 *
 * @param key a word of the message's keys, its unique id or its tag
 * @param maxMessages most messages wanted
 * @param beginTimestamp ms, inclusive
 * @param endTimestamp ms, inclusive
 * @param indexType what the key is: {@link #KEY}, also if absent, {@link #UNIQUE_ID} or {@link #TAG}
 * @param uniqueKeyQuery whether the key is a unique id, whatever the type says
 * @param lastKey for brokers that answer page by page
 */
public record QueryMessageRequest(
        String topic,
        String key,
        int maxMessages,
        long beginTimestamp,
        long endTimestamp,
        @Nullable String indexType,
        boolean uniqueKeyQuery,
        @Nullable String lastKey) {

    public static final String KEY = "K";
    public static final String UNIQUE_ID = "U";
    public static final String TAG = "T";

    private static final String UNIQUE_KEY_QUERY = "_UNIQUE_KEY_QUERY";

    public static QueryMessageRequest read(Map<String, String> wire) {
        HeaderFields fields = HeaderFields.of(wire);
        return new QueryMessageRequest(
                fields.text("topic"),
                fields.text("key"),
                fields.number("maxNum"),
                fields.longNumber("beginTimestamp"),
                fields.longNumber("endTimestamp"),
                fields.optional("indexType"),
                fields.flag(UNIQUE_KEY_QUERY, false),
                fields.optional("lastKey"));
    }

    public Map<String, String> fields() {
        return HeaderFields.writer()
                .put("topic", topic)
                .put("key", key)
                .put("maxNum", maxMessages)
                .put("beginTimestamp", beginTimestamp)
                .put("endTimestamp", endTimestamp)
                .put("indexType", indexType)
                .put(UNIQUE_KEY_QUERY, uniqueKeyQuery)
                .put("lastKey", lastKey)
                .build();
    }
}
