package io.reliablemq.benchmarks.startup;

import io.reliablemq.benchmarks.startup.StartupApplication.Start;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** Starts as a table in AsciiDoc: what is compared is the median, less that of the empty application. */
final class StartupTable {

    /** Ends the name of what was started with an archive of its classes. */
    static final String ARCHIVED = ", classes archived";

    private static final String HEAD = "[cols=\"4,>1,>1,>1,>1,>1\"]\n|===\n"
            + "|start of |starts |least, s |median, s |adds, s |adds processor time, s\n\n";

    /** @param starts by what was started; the first is what the others are compared with, of those with an archive the first of them */
    static String of(Map<String, List<Start>> starts) {
        StringBuilder table = new StringBuilder(HEAD);
        starts.forEach((what, times) -> {
            // What is not an application has nothing of an empty one in it.
            boolean whole = what.startsWith("Apache");
            List<Start> base = firstAs(what.endsWith(ARCHIVED), starts);
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

    private static List<Start> firstAs(boolean archived, Map<String, List<Start>> starts) {
        return starts.entrySet().stream()
                .filter(entry -> entry.getKey().endsWith(ARCHIVED) == archived)
                .findFirst()
                .orElseThrow()
                .getValue();
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
