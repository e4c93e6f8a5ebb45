package io.reliablemq.protocol.message;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The properties string: {@code name 0x01 value 0x02 name 0x01 value 0x02}. There is no escaping, so names and values
 * must not contain either separator.
 */
public final class MessageProperties {

    /** The longest encoded form: its length is a signed 16-bit number. */
    public static final int MAX_BYTES = Short.MAX_VALUE;

    /** Room for what most messages have. */
    private static final int FEW = 8;

    /** Ids, which differ, are longer; flags, cluster and tag are not. */
    private static final int LONGEST_SHARED = 24;

    private static final char NAME_END = 1;
    private static final char VALUE_END = 2;

    /** Writes the entries in their order. Entries with an empty value are left out, as readers would skip them. */
    public static String encode(Map<String, String> properties) {
        StringBuilder text = new StringBuilder(32 * properties.size());
        properties.forEach((name, value) -> {
            if (!value.isEmpty()) {
                text.append(name).append(NAME_END).append(value).append(VALUE_END);
            }
        });
        return text.toString();
    }

    /** Reads what {@link #encode} wrote, in the same order; entries without a name or value are skipped. */
    public static Map<String, String> decode(@Nullable String text) {
        return decode(text, Map.of());
    }

    /** @param like properties that probably have some of the same short values, which need not be made again then */
    static Map<String, String> decode(@Nullable String text, Map<String, String> like) {
        Map<String, String> properties = new LinkedHashMap<>(FEW);
        int from = 0;
        int middle = -1;
        while (text != null && from < text.length()) {
            int end = text.indexOf(VALUE_END, from);
            if (end < 0) {
                end = text.length();
            }
            if (middle < from) {
                middle = text.indexOf(NAME_END, from);
                if (middle < 0) {
                    break;
                }
            }
            if (middle > from && middle < end - 1) {
                String name = PropertyNames.cutOut(text, from, middle);
                properties.put(name, value(text, middle + 1, end, name, like));
            }
            from = end + 1;
        }
        return properties;
    }

    private static String value(String text, int from, int to, String name, Map<String, String> like) {
        int length = to - from;
        if (length <= LONGEST_SHARED && !like.isEmpty()) {
            String other = like.get(name);
            if (other != null && other.length() == length && text.startsWith(other, from)) {
                return other;
            }
        }
        return text.substring(from, to);
    }

    /** Whether the text can stand in a properties string. */
    public static boolean isEncodable(String text) {
        return text.indexOf(NAME_END) < 0 && text.indexOf(VALUE_END) < 0;
    }

    private MessageProperties() {}
}
