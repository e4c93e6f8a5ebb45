package io.reliablemq.protocol.message;

import io.reliablemq.protocol.text.PlainBytes;
import io.reliablemq.protocol.text.TextList;
import java.nio.charset.StandardCharsets;
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

    /** Of a message that has no priority. */
    public static final int NO_PRIORITY = -1;

    /** Room for what most messages have. */
    private static final int FEW = 8;

    private static final byte NAME_END = 1;
    private static final byte VALUE_END = 2;

    /**
     * How urgent a message is, from 0; a greater number comes first.
     *
     * @return {@link #NO_PRIORITY} where the property is missing or no such number, as senders of other makes may have set it
     */
    public static int priority(Map<String, String> properties) {
        String text = properties.get(PropertyNames.PRIORITY);
        if (text == null) {
            return NO_PRIORITY;
        }
        try {
            return Math.max(NO_PRIORITY, Integer.parseInt(text));
        } catch (NumberFormatException e) {
            return NO_PRIORITY;
        }
    }

    /** Writes the entries in their order. Entries with an empty value are left out, as readers would skip them. */
    public static String encode(Map<String, String> properties) {
        StringBuilder text = new StringBuilder(32 * properties.size());
        properties.forEach((name, value) -> {
            if (!value.isEmpty()) {
                text.append(name).append((char) NAME_END).append(value).append((char) VALUE_END);
            }
        });
        return text.toString();
    }

    /** Reads what {@link #encode} wrote, in the same order; entries without a name or value are skipped. */
    public static Map<String, String> decode(@Nullable String text) {
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
                properties.put(PropertyNames.cutOut(text, from, middle), text.substring(middle + 1, end));
            }
            from = end + 1;
        }
        return properties;
    }

    /**
     * The same from the bytes of the text, in which the separators are part of no other character.
     *
     * @param like properties that are probably much the same, so that what is equal need not be made again
     * @return which cannot be changed
     */
    static Map<String, String> decode(byte[] text, int from, int to, Map<String, String> like) {
        TextList.Builder properties = new TextList.Builder(like);
        int at = from;
        while (at < to) {
            String name = properties.likelyName();
            int middle = at + name.length();
            boolean asUsual = middle > at
                    && middle < to
                    && text[middle] == NAME_END
                    && PlainBytes.isAt(text, at, name.length(), name);
            at = asUsual
                    ? addUsual(properties, text, middle + 1, to)
                    : addOther(properties, text, at, indexOf(VALUE_END, text, at, to));
        }
        return properties.build();
    }

    /** @return where the next name begins */
    private static int addUsual(TextList.Builder properties, byte[] text, int from, int to) {
        String value = properties.likelyValue();
        int end = from + value.length();
        boolean asUsual = end > from
                && (end < to ? text[end] == VALUE_END : end == to)
                && PlainBytes.isAt(text, from, value.length(), value);
        if (!asUsual) {
            end = indexOf(VALUE_END, text, from, to);
            value = new String(text, from, end - from, StandardCharsets.UTF_8);
        }
        if (!value.isEmpty()) {
            properties.add(properties.likelyName(), value);
        }
        return end + 1;
    }

    private static int addOther(TextList.Builder properties, byte[] text, int from, int end) {
        int middle = indexOf(NAME_END, text, from, end);
        if (middle > from && middle < end - 1) {
            String value = new String(text, middle + 1, end - middle - 1, StandardCharsets.UTF_8);
            properties.add(PropertyNames.cutOut(text, from, middle), value);
        }
        return end + 1;
    }

    /** Where it is, or the end. */
    private static int indexOf(byte character, byte[] text, int from, int to) {
        int at = from;
        while (at < to && text[at] != character) {
            at++;
        }
        return at;
    }

    /** Whether the text can stand in a properties string. */
    public static boolean isEncodable(String text) {
        return text.indexOf(NAME_END) < 0 && text.indexOf(VALUE_END) < 0;
    }

    private MessageProperties() {}
}
