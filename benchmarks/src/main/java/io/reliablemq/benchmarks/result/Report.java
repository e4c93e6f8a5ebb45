package io.reliablemq.benchmarks.result;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * A run with everything that one must know to read its figures.
 *
 * @param about machine, settings and date, by name
 * @param notes what a reader must be told beside the figures: failed sends, a busy machine
 */
public record Report(Map<String, String> about, Readings readings, List<String> notes) {

    /** Machine, settings, date, each value of each round, ratios and marks. */
    public String toJson() {
        Map<String, Object> root = new LinkedHashMap<>();
        root.put("about", about);
        root.put("notes", notes);
        root.put("figures", readings.measures().stream().map(this::figure).toList());
        root.put("marks", Mark.of(readings).stream().map(Report::mark).toList());
        return JsonMapper.builder()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .build()
                .writeValueAsString(root);
    }

    private Map<String, Object> figure(Measure measure) {
        Map<String, Object> figure = new LinkedHashMap<>();
        figure.put("scenario", measure.scenario());
        figure.put("metric", measure.metric());
        figure.put("unit", measure.unit());
        Map<String, Object> subjects = new LinkedHashMap<>();
        for (Subject subject : readings.subjects(measure)) {
            Map<String, Object> values = new LinkedHashMap<>();
            values.put("rounds", readings.rounds(measure, subject));
            readings.spread(measure, subject).ifPresent(spread -> values.put("spread", spread));
            if (subject != Subject.APACHE) {
                readings.ratio(measure, subject, Subject.APACHE).ifPresent(ratio -> values.put("timesApache", ratio));
            }
            subjects.put(subject.title(), values);
        }
        figure.put("values", subjects);
        return figure;
    }

    private static Map<String, Object> mark(Mark mark) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("mark", mark.name());
        fields.put(mark.atLeast() ? "atLeast" : "below", mark.wanted());
        mark.measured().ifPresent(value -> fields.put("measured", value));
        fields.put("verdict", mark.verdict());
        return fields;
    }
}
