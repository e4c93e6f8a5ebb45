package io.reliablemq.benchmarks.result;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Groups of bars as SVG, each bar with a line from the lowest to the highest round. */
public final class BarChart {

    private static final int WIDTH = 760;
    private static final int HEIGHT = 360;
    private static final int LEFT = 80;
    private static final int TOP = 70;
    private static final int BOTTOM = 50;
    private static final int STEPS = 5;
    private static final List<String> COLOURS = List.of("#9aa5b1", "#2f6fb3", "#1b9e77");

    /** One bar: the value of one subject in one group. */
    private record Bar(int group, int series, Spread value) {}

    private final String title;
    private final List<String> series;
    private final List<String> groups = new ArrayList<>();
    private final List<Bar> bars = new ArrayList<>();

    /**
     * @param title with the unit
     * @param series the name of each bar of a group; three at most
     */
    public BarChart(String title, List<String> series) {
        if (series.size() > COLOURS.size()) {
            throw new IllegalArgumentException(
                    "There are colours for " + COLOURS.size() + " series, not for " + series);
        }
        this.title = title;
        this.series = List.copyOf(series);
    }

    /** Adds a group with one value for each series. */
    public BarChart group(String name, List<Optional<Spread>> values) {
        if (values.size() != series.size()) {
            throw new IllegalArgumentException(values.size() + " values for " + series.size() + " series");
        }
        for (int i = 0; i < values.size(); i++) {
            int index = i;
            values.get(i).ifPresent(value -> bars.add(new Bar(groups.size(), index, value)));
        }
        groups.add(name);
        return this;
    }

    public boolean isEmpty() {
        return bars.isEmpty();
    }

    public String toSvg() {
        StringBuilder svg = new StringBuilder();
        svg.append(format("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" ", WIDTH, HEIGHT))
                .append("font-family=\"sans-serif\" font-size=\"12\" role=\"img\">\n")
                .append(format("<title>%s</title>%n", escaped(title)))
                .append(format("<rect width=\"%d\" height=\"%d\" fill=\"white\"/>%n", WIDTH, HEIGHT))
                .append(text(LEFT, 24, "start", title, 15));
        double top = roundedUp(
                bars.stream().mapToDouble(bar -> bar.value().max()).max().orElse(1));
        legend(svg);
        scale(svg, top);
        bars.forEach(bar -> draw(svg, bar, top));
        for (int group = 0; group < groups.size(); group++) {
            svg.append(
                    text(groupLeft(group) + groupWidth() / 2, HEIGHT - BOTTOM + 20, "middle", groups.get(group), 12));
        }
        return svg.append("</svg>\n").toString();
    }

    private void legend(StringBuilder svg) {
        double at = LEFT;
        for (int i = 0; i < series.size(); i++) {
            svg.append(
                    format("<rect x=\"%.1f\" y=\"38\" width=\"12\" height=\"12\" fill=\"%s\"/>%n", at, COLOURS.get(i)));
            svg.append(text(at + 18, 48, "start", series.get(i), 12));
            at += 40 + 6.5 * series.get(i).length();
        }
    }

    private void scale(StringBuilder svg, double top) {
        for (int i = 0; i <= STEPS; i++) {
            double value = top * i / STEPS;
            double y = y(value, top);
            svg.append(format(
                    "<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#dddddd\"/>%n",
                    LEFT, WIDTH - 20, y, y));
            svg.append(text(LEFT - 8, y + 4, "end", Tables.number(value), 12));
        }
    }

    private void draw(StringBuilder svg, Bar bar, double top) {
        double width = groupWidth() * 0.8 / series.size();
        double x = groupLeft(bar.group()) + groupWidth() * 0.1 + bar.series() * width;
        double y = y(bar.value().median(), top);
        svg.append(format(
                "<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"%s\"/>%n",
                x, y, width * 0.9, y(0, top) - y, COLOURS.get(bar.series())));
        double middle = x + width * 0.45;
        svg.append(format(
                "<line x1=\"%.1f\" x2=\"%.1f\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"black\"/>%n",
                middle, middle, y(bar.value().min(), top), y(bar.value().max(), top)));
    }

    private double groupWidth() {
        return (double) (WIDTH - LEFT - 20) / groups.size();
    }

    private double groupLeft(int group) {
        return LEFT + group * groupWidth();
    }

    private static double y(double value, double top) {
        return HEIGHT - BOTTOM - value / top * (HEIGHT - TOP - BOTTOM);
    }

    /** The next of 1, 2, 5, 10, 20, 50 and so on. */
    static double roundedUp(double value) {
        if (value <= 0) {
            return 1;
        }
        double power = Math.pow(10, Math.floor(Math.log10(value)));
        for (double step : new double[] {1, 2, 5}) {
            if (value <= step * power) {
                return step * power;
            }
        }
        return 10 * power;
    }

    private static String text(double x, double y, String anchor, String text, int size) {
        return format(
                "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" font-size=\"%d\">%s</text>%n",
                x, y, anchor, size, escaped(text));
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String format(String format, Object... values) {
        return String.format(Locale.ROOT, format, values);
    }
}
