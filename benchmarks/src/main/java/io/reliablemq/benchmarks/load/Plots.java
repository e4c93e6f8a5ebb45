package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.result.BarChart;
import io.reliablemq.benchmarks.result.Measure;
import io.reliablemq.benchmarks.result.Readings;
import io.reliablemq.benchmarks.result.Spread;
import io.reliablemq.benchmarks.result.Subject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The plots of a run, by file name. */
final class Plots {

    private static final List<Subject> SUBJECTS = List.of(Subject.APACHE, Subject.OURS_OFFICIAL_CLIENT, Subject.OURS);

    static Map<String, String> of(Options options, Readings readings) {
        Map<String, String> plots = new LinkedHashMap<>();
        for (String flush : options.flush()) {
            put(
                    plots,
                    "send-rate-" + flush + ".svg",
                    perStep(
                            "Synchronous sends, " + flush + ", messages/s by senders",
                            options.senders(),
                            readings,
                            senders -> Measure.rate(Measure.send(flush, senders))));
            put(
                    plots,
                    "end-to-end-" + flush + ".svg",
                    perStep(
                            "End to end p99, " + flush + ", microseconds by messages/s",
                            options.rates(),
                            readings,
                            rate -> Measure.latency(Measure.endToEnd(flush, rate), "p99")));
        }
        put(
                plots,
                "catch-up.svg",
                perStep(
                        "Catching up, messages/s by backlog",
                        List.of(options.backlog()),
                        readings,
                        backlog -> Measure.rate(Measure.BACKLOG)));
        return plots;
    }

    private static void put(Map<String, String> plots, String file, BarChart chart) {
        if (!chart.isEmpty()) {
            plots.put(file, chart.toSvg());
        }
    }

    private static BarChart perStep(
            String title, List<Integer> steps, Readings readings, Function<Integer, Measure> measure) {
        BarChart chart =
                new BarChart(title, SUBJECTS.stream().map(Subject::title).toList());
        for (int step : steps) {
            List<Optional<Spread>> values = SUBJECTS.stream()
                    .map(subject -> readings.spread(measure.apply(step), subject))
                    .toList();
            chart.group(Integer.toString(step), values);
        }
        return chart;
    }

    private Plots() {}
}
