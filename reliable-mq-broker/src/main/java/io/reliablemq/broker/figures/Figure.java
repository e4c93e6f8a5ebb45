package io.reliablemq.broker.figures;

import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * One number to watch, as it was when it was read.
 *
 * @param name lower case with dots, for instance {@code reliable.mq.broker.flush.duration}; figures of one name have the
 *     same kind, unit, help and tag keys
 * @param help one sentence that says what is counted
 * @param unit what the value counts, in the plural: {@code bytes}, {@code seconds}, {@code messages}; empty for a plain
 *     number
 * @param tags tell figures of one name apart
 * @param value of a histogram: the sum of its values
 * @param histogram of a histogram only
 */
public record Figure(
        String name,
        String help,
        Kind kind,
        String unit,
        Map<String, String> tags,
        double value,
        Histogram.@Nullable Snapshot histogram) {

    /** How the value moves. */
    public enum Kind {
        /** Up and down. */
        GAUGE,
        /** Up only, from 0 at the start of the broker. */
        COUNTER,
        /** Counts values by size. */
        HISTOGRAM
    }

    public static final String BYTES = "bytes";
    public static final String SECONDS = "seconds";
    public static final String MESSAGES = "messages";

    public Figure {
        tags = Collections.unmodifiableMap(new TreeMap<>(tags));
    }

    public static Figure gauge(String name, String unit, String help, double value) {
        return new Figure(name, help, Kind.GAUGE, unit, Map.of(), value, null);
    }

    public static Figure counter(String name, String unit, String help, double value) {
        return new Figure(name, help, Kind.COUNTER, unit, Map.of(), value, null);
    }

    public static Figure histogram(String name, String unit, String help, Histogram.Snapshot histogram) {
        return new Figure(name, help, Kind.HISTOGRAM, unit, Map.of(), histogram.sum(), histogram);
    }

    /** The same figure with one more tag. */
    public Figure tagged(String key, String tag) {
        Map<String, String> more = new TreeMap<>(tags);
        more.put(key, tag);
        return new Figure(name, help, kind, unit, more, value, histogram);
    }
}
