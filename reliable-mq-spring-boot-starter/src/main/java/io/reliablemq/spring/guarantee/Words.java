package io.reliablemq.spring.guarantee;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Durations and numbers as sentences have them. */
final class Words {

    private Words() {}

    /** {@code 10 ms}, {@code 1.5 s}, {@code 10 min}, {@code 72 h}, {@code 5 days}. */
    static String of(Duration duration) {
        long ms = duration.toMillis();
        if (ms < 1000) {
            return ms + " ms";
        }
        if (ms % 1000 != 0) {
            return ms / 1000.0 + " s";
        }
        long seconds = ms / 1000;
        if (seconds < 120 || seconds % 60 != 0) {
            return seconds + " s";
        }
        long minutes = seconds / 60;
        if (minutes < 120 || minutes % 60 != 0) {
            return minutes + " min";
        }
        long hours = minutes / 60;
        return hours <= 96 || hours % 24 != 0 ? hours + " h" : hours / 24 + " days";
    }

    /** {@code 1 retry}, {@code 2 retries}. */
    static String count(long number, String one, String many) {
        return number + " " + (number == 1 ? one : many);
    }

    /** {@code a, b and c}. */
    static String list(Iterable<String> words) {
        List<String> all = new ArrayList<>();
        words.forEach(all::add);
        if (all.size() < 2) {
            return String.join("", all);
        }
        return String.join(", ", all.subList(0, all.size() - 1)) + " and " + all.get(all.size() - 1);
    }
}
