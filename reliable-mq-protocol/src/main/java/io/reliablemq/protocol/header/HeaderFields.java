package io.reliablemq.protocol.header;

import io.reliablemq.protocol.text.TextList;
import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads typed values out of the text fields of a header; a missing or unreadable one is named in the exception. */
public final class HeaderFields {

    private final Map<String, String> fields;

    private HeaderFields(Map<String, String> fields) {
        this.fields = fields;
    }

    public static HeaderFields of(Map<String, String> fields) {
        return new HeaderFields(fields);
    }

    public static Writer writer() {
        return new Writer();
    }

    public @Nullable String optional(String name) {
        return fields.get(name);
    }

    public String text(String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new MalformedHeaderException("The header field '" + name + "' is missing");
        }
        return value;
    }

    public int number(String name) {
        return parseInt(name, text(name));
    }

    public int number(String name, int absent) {
        String value = fields.get(name);
        return value == null ? absent : parseInt(name, value);
    }

    public long longNumber(String name) {
        return parseLong(name, text(name));
    }

    public long longNumber(String name, long absent) {
        String value = fields.get(name);
        return value == null ? absent : parseLong(name, value);
    }

    /** Anything but "true" is false, as the protocol reads it. */
    public boolean flag(String name, boolean absent) {
        String value = fields.get(name);
        return value == null ? absent : Boolean.parseBoolean(value);
    }

    private static int parseInt(String name, String value) {
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new MalformedHeaderException("The header field '" + name + "' is '" + value + "', not a number");
        }
    }

    private static long parseLong(String name, String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new MalformedHeaderException("The header field '" + name + "' is '" + value + "', not a number");
        }
    }

    /** Collects header fields, each under a name of its own; null values are left out. Not thread-safe. */
    public static final class Writer {

        /** Flags, levels, ids of queues. */
        private static final String[] SMALL_NUMBERS = new String[64];

        static {
            Arrays.setAll(SMALL_NUMBERS, Integer::toString);
        }

        private final TextList.Builder fields = new TextList.Builder();

        public Writer put(String name, @Nullable String value) {
            if (value != null) {
                fields.append(name, value);
            }
            return this;
        }

        public Writer put(String name, long value) {
            boolean small = value >= 0 && value < SMALL_NUMBERS.length;
            fields.append(name, small ? SMALL_NUMBERS[(int) value] : Long.toString(value));
            return this;
        }

        public Writer put(String name, boolean value) {
            fields.append(name, Boolean.toString(value));
            return this;
        }

        public Map<String, String> build() {
            return fields.build();
        }
    }
}
