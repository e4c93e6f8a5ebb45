package io.reliablemq.benchmarks.startup;

import io.reliablemq.benchmarks.startup.StartupApplication.Start;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Starts as a table in AsciiDoc: what is compared is the median, less that of the empty application. */
final class StartupTable {

    private static final String HEAD = "[cols=\"4,>1,>1,>1,>1,>1\"]\n|===\n"
            + "|start of |starts |least, s |median, s |adds, s |adds processor time, s\n\n";

    /** @param starts by what was started; the first is what the others are compared with */
    static String of(Map<String, List<Start>> starts) {
        List<Start> base = starts.values().stream().findFirst().orElseThrow();
        StringBuilder table = new StringBuilder(HEAD);
        starts.forEach((what, times) -> {
            // What is not an application has nothing of an empty one in it.
            boolean whole = what.startsWith("Apache");
            table.append(String.format(
                    Locale.ROOT,
                    "|%s |%d |%.2f |%.2f |%.2f |%.2f%n",
                    what,
                    times.size(),
                    least(times),
                    median(times, Start::time),
                    median(times, Start::time) - (whole ? 0 : median(base, Start::time)),
                    median(times, Start::processorTime) - (whole ? 0 : median(base, Start::processorTime))));
        });
        return table.append("|===").toString();
    }

    private static double least(List<Start> times) {
        return seconds(times.stream().map(Start::time).sorted().findFirst().orElseThrow());
    }

    static double median(List<Start> starts, Function<Start, Duration> of) {
        List<Duration> sorted = starts.stream().map(of).sorted().toList();
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
