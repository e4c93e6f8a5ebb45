package io.reliablemq.broker.filter;

import java.math.BigDecimal;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A property or a constant. Immutable. */
@FunctionalInterface
interface Operand {

    /** Texts with more digits are not taken for numbers: comparing them would take too long. */
    int MAX_DIGITS = 40;

    /** A {@link String}, {@link BigDecimal} or {@link Boolean}; null if there is none. Properties are always strings. */
    @Nullable
    Object value(Map<String, String> properties);

    static Operand property(String name) {
        return properties -> properties.get(name);
    }

    static Operand constant(@Nullable Object value) {
        return properties -> value;
    }

    /**
     * The sign of the comparison; null if the two cannot be compared. A property becomes what it is compared with: a number or
     * a boolean. Two texts are compared as texts.
     */
    static @Nullable Integer compare(@Nullable Object left, @Nullable Object right) {
        if (left == null || right == null) {
            return null;
        }
        if (left instanceof Boolean || right instanceof Boolean) {
            Boolean first = bool(left);
            Boolean second = bool(right);
            return first == null || second == null ? null : Boolean.compare(first, second);
        }
        if (left instanceof BigDecimal || right instanceof BigDecimal) {
            BigDecimal first = number(left);
            BigDecimal second = number(right);
            return first == null || second == null ? null : Integer.valueOf(first.compareTo(second));
        }
        return left.toString().compareTo(right.toString());
    }

    static boolean isBoolean(String text) {
        return text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false");
    }

    private static @Nullable Boolean bool(Object value) {
        if (value instanceof Boolean bool) {
            return bool;
        }
        return value instanceof String text && isBoolean(text) ? Boolean.valueOf(text) : null;
    }

    private static @Nullable BigDecimal number(Object value) {
        if (value instanceof BigDecimal number) {
            return number;
        }
        return value instanceof String text ? number(text) : null;
    }

    /** Plain decimal notation, without an exponent: a few characters must not stand for a number of a billion digits. */
    static @Nullable BigDecimal number(String text) {
        if (text.isEmpty() || text.length() > MAX_DIGITS) {
            return null;
        }
        boolean digits = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            digits |= c >= '0' && c <= '9';
            if (!(c >= '0' && c <= '9') && c != '.' && !(i == 0 && (c == '-' || c == '+'))) {
                return null;
            }
        }
        if (!digits || text.indexOf('.') != text.lastIndexOf('.')) {
            return null;
        }
        return new BigDecimal(text);
    }
}
