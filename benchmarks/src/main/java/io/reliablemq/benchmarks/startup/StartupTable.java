package io.reliablemq.benchmarks.startup;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Starts as a table in AsciiDoc: what is compared is the median, less that of the empty application. */
final class StartupTable {

    /** @param starts by what was started; the first is what the others are compared with */
    static String of(Map<String, List<Duration>> starts) {
        double base =
                starts.values().stream().findFirst().map(StartupTable::median).orElseThrow();
        StringBuilder table = new StringBuilder(
                "[cols=\"4,>1,>1,>1,>1\"]\n|===\n|start of |starts |least, s |median, s |adds, s\n\n");
        starts.forEach((what, times) -> table.append(String.format(
                Locale.ROOT,
                "|%s |%d |%.2f |%.2f |%.2f%n",
                what,
                times.size(),
                least(times),
                median(times),
                // What is not an application has nothing of an empty one in it.
                what.startsWith("Apache") ? median(times) : median(times) - base)));
        return table.append("|===").toString();
    }

    private static double least(List<Duration> times) {
        return seconds(times.stream().sorted().findFirst().orElseThrow());
    }

    static double median(List<Duration> times) {
        List<Duration> sorted = times.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1
                ? seconds(sorted.get(middle))
                : (seconds(sorted.get(middle - 1)) + seconds(sorted.get(middle))) / 2;
    }

    private static double seconds(Duration time) {
        return time.toNanos() / 1e9;
    }

    private StartupTable() {}
}
