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
        return ratio(byRound(measure, subject), byRound(measure, other));
    }

    /** How many times the other measure this one is, of one subject and each round with itself. */
    public Optional<Spread> ratio(Measure measure, Measure other, Subject subject) {
        return ratio(byRound(measure, subject), byRound(other, subject));
    }

    private static Optional<Spread> ratio(Map<Integer, Double> values, Map<Integer, Double> bases) {
        List<Double> ratios = new ArrayList<>();
        values.forEach((round, value) -> {
            double base = bases.getOrDefault(round, 0.0);
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
