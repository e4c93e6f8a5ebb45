package io.reliablemq.benchmarks.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/** Everything that a run measured, by measure, subject and round. Used by one thread. */
public final class Readings {

    private final Map<Measure, Map<Subject, TreeMap<Integer, Double>>> values = new LinkedHashMap<>();

    /** @throws IllegalStateException if this was measured before in the same round */
    public void add(Measure measure, Subject subject, int round, double value) {
        Double before = values.computeIfAbsent(measure, key -> new TreeMap<>())
                .computeIfAbsent(subject, key -> new TreeMap<>())
                .putIfAbsent(round, value);
        if (before != null) {
            throw new IllegalStateException(measure + " of " + subject + " was measured twice in round " + round);
        }
    }

    /** In the order in which they came first. */
    public Set<Measure> measures() {
        return values.keySet();
    }

    public Set<Subject> subjects(Measure measure) {
        return values.getOrDefault(measure, Map.of()).keySet();
    }

    /** By round, in their order. */
    public List<Double> rounds(Measure measure, Subject subject) {
        return List.copyOf(byRound(measure, subject).values());
    }

    public Optional<Spread> spread(Measure measure, Subject subject) {
        List<Double> rounds = rounds(measure, subject);
        return rounds.isEmpty() ? Optional.empty() : Optional.of(Spread.of(rounds));
    }

    /**
     * How many times the other's value this one is, each round with itself: what disturbed the machine in one round
     * then counts on both sides. Empty if no round has both, or the other's is 0.
     */
    public Optional<Spread> ratio(Measure measure, Subject subject, Subject other) {
        Map<Integer, Double> others = byRound(measure, other);
        List<Double> ratios = new ArrayList<>();
        byRound(measure, subject).forEach((round, value) -> {
            double base = others.getOrDefault(round, 0.0);
            if (base != 0) {
                ratios.add(value / base);
            }
        });
        return ratios.isEmpty() ? Optional.empty() : Optional.of(Spread.of(ratios));
    }

    private Map<Integer, Double> byRound(Measure measure, Subject subject) {
        return values.getOrDefault(measure, Map.of()).getOrDefault(subject, new TreeMap<>());
    }
}
