package io.reliablemq.broker.filter;

import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;
import java.util.function.IntPredicate;

/** Something that is true, false or unknown of a message. Immutable. */
@FunctionalInterface
interface Condition {

    Truth test(Map<String, String> properties);

    static Condition and(Condition left, Condition right) {
        return properties -> {
            Truth first = left.test(properties);
            if (first == Truth.FALSE) {
                return Truth.FALSE;
            }
            Truth second = right.test(properties);
            return second == Truth.FALSE ? Truth.FALSE : first == Truth.TRUE ? second : Truth.UNKNOWN;
        };
    }

    static Condition or(Condition left, Condition right) {
        return not(and(not(left), not(right)));
    }

    static Condition not(Condition condition) {
        return properties -> condition.test(properties).not();
    }

    /** A value that stands alone: a property or constant that is a boolean. */
    static Condition isTrue(Operand operand) {
        return properties -> {
            Object value = operand.value(properties);
            if (value instanceof Boolean bool) {
                return Truth.of(bool);
            }
            if (value instanceof String text && Operand.isBoolean(text)) {
                return Truth.of(Boolean.parseBoolean(text));
            }
            return Truth.UNKNOWN;
        };
    }

    static Condition isNull(Operand operand) {
        return properties -> Truth.of(operand.value(properties) == null);
    }

    /** @param wanted of the sign of the comparison */
    static Condition compare(Operand left, Operand right, IntPredicate wanted) {
        return properties -> {
            Integer order = Operand.compare(left.value(properties), right.value(properties));
            return order == null ? Truth.UNKNOWN : Truth.of(wanted.test(order));
        };
    }

    static Condition between(Operand operand, Operand low, Operand high) {
        return and(compare(operand, low, order -> order >= 0), compare(operand, high, order -> order <= 0));
    }

    static Condition in(Operand operand, List<Operand> list) {
        return list.stream()
                .map(element -> compare(operand, element, order -> order == 0))
                .reduce(Condition::or)
                .orElseThrow();
    }

    /** @param test of the value and the text */
    static Condition text(Operand operand, String text, BiPredicate<String, String> test) {
        return properties -> {
            Object value = operand.value(properties);
            return value instanceof String string ? Truth.of(test.test(string, text)) : Truth.UNKNOWN;
        };
    }
}
