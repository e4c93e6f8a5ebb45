package io.reliablemq.benchmarks.result;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A report as text for the terminal and as AsciiDoc. Each value is a median, with the ends over the rounds. */
public final class Tables {

    private static final List<String> FIGURE_HEAD = List.of(
            "scenario",
            "metric",
            "unit",
            "Apache RocketMQ",
            "ours, official client",
            "ratio",
            "ours, own client",
            "ratio",
            "no store, official client",
            "ratio",
            "Apache RocketMQ, own client",
            "ratio");
    private static final List<String> BARE_HEAD = List.of("the machine alone", "unit", "value");
    private static final List<String> MARK_HEAD = List.of("mark", "wanted", "measured", "verdict");

    private final Report report;

    public Tables(Report report) {
        this.report = report;
    }

    public String text() {
        StringBuilder out = new StringBuilder();
        report.about().forEach((name, value) -> out.append(String.format("%-16s %s%n", name, value)));
        out.append('\n').append(columns(FIGURE_HEAD, figures()));
        out.append('\n').append(columns(BARE_HEAD, bare()));
        out.append('\n').append(columns(MARK_HEAD, marks()));
        report.notes().forEach(note -> out.append("\nNote: ").append(note).append('\n'));
        return out.toString();
    }

    /**
     * The tables and plots, to be included where the attribute {@code results} names their folder.
     *
     * @param plots names of their files
     */
    public String asciiDoc(Collection<String> plots) {
        StringBuilder out = new StringBuilder("// Written by the benchmark driver; do not edit.\n\n");
        report.about()
                .forEach((name, value) ->
                        out.append(name).append(":: ").append(value).append('\n'));
        out.append('\n').append(asciiDoc("4,1,1,1", MARK_HEAD, marks()));
        plots.forEach(plot -> out.append("\nimage::{results}/").append(plot).append("[opts=inline,width=100%]\n"));
        out.append('\n').append(asciiDoc("2,2,1,2,2,1,2,1,2,1,2,1", FIGURE_HEAD, figures()));
        out.append('\n').append(asciiDoc("3,1,2", BARE_HEAD, bare()));
        report.notes().forEach(note -> out.append("\nNOTE: ").append(note).append('\n'));
        return out.toString();
    }

    private List<List<String>> figures() {
        List<List<String>> rows = new ArrayList<>();
        for (Measure measure : report.readings().measures()) {
            if (!report.readings().subjects(measure).contains(Subject.BARE)) {
                rows.add(List.of(
                        measure.scenario(),
                        measure.metric(),
                        measure.unit(),
                        value(measure, Subject.APACHE),
                        value(measure, Subject.OURS_OFFICIAL_CLIENT),
                        ratio(measure, Subject.OURS_OFFICIAL_CLIENT),
                        value(measure, Subject.OURS),
                        ratio(measure, Subject.OURS),
                        value(measure, Subject.CEILING),
                        ratio(measure, Subject.CEILING),
                        value(measure, Subject.APACHE_OWN_CLIENT),
                        ratio(measure, Subject.APACHE_OWN_CLIENT)));
            }
        }
        return rows;
    }

    private List<List<String>> bare() {
        return report.readings().measures().stream()
                .filter(measure -> report.readings().subjects(measure).contains(Subject.BARE))
                .map(measure -> List.of(measure.metric(), measure.unit(), value(measure, Subject.BARE)))
                .toList();
    }

    private List<List<String>> marks() {
        return Mark.of(report.readings()).stream()
                .map(mark -> List.of(
                        mark.name(),
                        (mark.atLeast() ? "at least " : "below ") + number(mark.wanted()),
                        mark.measured().map(Tables::number).orElse("-"),
                        mark.verdict()))
                .toList();
    }

    private String value(Measure measure, Subject subject) {
        return report.readings().spread(measure, subject).map(Tables::spread).orElse("-");
    }

    private String ratio(Measure measure, Subject subject) {
        return report.readings()
                .ratio(measure, subject, Subject.APACHE)
                .map(Tables::spread)
                .orElse("-");
    }

    private static String spread(Spread spread) {
        String median = number(spread.median());
        return spread.min() == spread.max()
                ? median
                : median + " (" + number(spread.min()) + "-" + number(spread.max()) + ")";
    }

    /** Three digits are as much as such figures are worth. */
    static String number(double value) {
        double size = Math.abs(value);
        String format = size >= 100 || value == 0 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }

    private static String columns(List<String> head, List<List<String>> rows) {
        List<List<String>> all = new ArrayList<>(List.of(head));
        all.addAll(rows);
        StringBuilder out = new StringBuilder();
        for (List<String> row : all) {
            StringBuilder line = new StringBuilder();
            for (int column = 0; column < row.size(); column++) {
                line.append(padded(row.get(column), width(all, column))).append("  ");
            }
            out.append(line.toString().stripTrailing()).append('\n');
        }
        return out.toString();
    }

    private static int width(List<List<String>> rows, int column) {
        return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static String asciiDoc(String widths, List<String> head, List<List<String>> rows) {
        return "[cols=\"" + widths + "\",options=\"header\"]\n|===\n"
                + line(head)
                + rows.stream().map(Tables::line).collect(Collectors.joining())
                + "|===\n";
    }

    private static String line(List<String> cells) {
        return cells.stream().map(cell -> "|" + cell.replace("|", "\\|")).collect(Collectors.joining(" ")) + "\n";
    }
}
