package io.reliablemq.broker.management;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figure.Kind;
import io.reliablemq.broker.figures.Histogram;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Figures in the text format of Prometheus, version 0.0.4: names with underscores, then the unit, and {@code _total} for
 * counters; all lines of a name together. A histogram is followed by a gauge of its maximum.
 */
final class PrometheusText {

    static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

    private final StringBuilder text = new StringBuilder();

    static String of(List<Figure> figures) {
        Map<String, List<Figure>> byName = new LinkedHashMap<>();
        figures.forEach(figure ->
                byName.computeIfAbsent(name(figure), name -> new ArrayList<>()).add(figure));
        PrometheusText page = new PrometheusText();
        byName.forEach(page::family);
        return page.text.toString();
    }

    private static String name(Figure figure) {
        String name = figure.name().replaceAll("[^a-zA-Z0-9_:]", "_");
        if (!figure.unit().isEmpty() && !name.endsWith("_" + figure.unit())) {
            name += "_" + figure.unit();
        }
        return figure.kind() == Kind.COUNTER && !name.endsWith("_total") ? name + "_total" : name;
    }

    private void family(String name, List<Figure> figures) {
        Figure first = figures.get(0);
        head(name, first.help(), first.kind());
        for (Figure figure : figures) {
            if (figure.histogram() == null) {
                line(name, figure.tags(), null, figure.value());
            } else {
                histogram(name, figure.tags(), figure.histogram());
            }
        }
        if (first.kind() == Kind.HISTOGRAM) {
            head(name + "_max", first.help() + ", the largest", Kind.GAUGE);
            for (Figure figure : figures) {
                if (figure.histogram() != null) {
                    line(name + "_max", figure.tags(), null, figure.histogram().max());
                }
            }
        }
    }

    private void head(String name, String help, Kind kind) {
        text.append("# HELP ").append(name).append(' ');
        text.append(help.replace("\\", "\\\\").replace("\n", "\\n")).append('\n');
        text.append("# TYPE ").append(name).append(' ');
        text.append(
                        switch (kind) {
                            case GAUGE -> "gauge";
                            case COUNTER -> "counter";
                            case HISTOGRAM -> "histogram";
                        })
                .append('\n');
    }

    private void histogram(String name, Map<String, String> tags, Histogram.Snapshot histogram) {
        for (Histogram.Bucket bucket : histogram.buckets()) {
            line(name + "_bucket", tags, number(bucket.upTo()), bucket.count());
        }
        line(name + "_bucket", tags, "+Inf", histogram.count());
        line(name + "_sum", tags, null, histogram.sum());
        line(name + "_count", tags, null, histogram.count());
    }

    private void line(String name, Map<String, String> tags, @Nullable String upTo, double value) {
        text.append(name);
        List<String> labels = new ArrayList<>();
        tags.forEach((key, tag) -> labels.add(label(key.replaceAll("[^a-zA-Z0-9_]", "_"), tag)));
        if (upTo != null) {
            labels.add(label("le", upTo));
        }
        if (!labels.isEmpty()) {
            text.append('{').append(String.join(",", labels)).append('}');
        }
        text.append(' ').append(number(value)).append('\n');
    }

    private static String label(String key, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return key + "=\"" + escaped + "\"";
    }

    private static String number(double value) {
        if (Double.isInfinite(value)) {
            return value > 0 ? "+Inf" : "-Inf";
        }
        return value == Math.rint(value) && Math.abs(value) < 1L << 53
                ? Long.toString((long) value)
                : Double.toString(value);
    }
}
