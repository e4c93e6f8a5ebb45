package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Measurement;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Statistic;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.TimeGauge;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Histogram;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToDoubleFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The meters of one registry. Groups, topics and outcomes come and go, so meters are added and removed whenever the
 * registry reads one of them, at most once a second; all meters of one round show one reading.
 *
 * <p>Thread-safe: refreshing is guarded by {@code refreshLock}, readers see an immutable reading.
 */
final class BoundFigures {

    private static final long MAX_AGE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final MeterRegistry registry;
    private final Figures figures;
    private final ReentrantLock refreshLock = new ReentrantLock();
    private final Map<Key, List<Meter>> meters = new HashMap<>();
    private volatile Map<Key, Figure> reading = Map.of();
    private volatile long readAtNanos;

    private record Key(String name, Map<String, String> tags) {}

    BoundFigures(MeterRegistry registry, Figures figures) {
        this.registry = registry;
        this.figures = figures;
    }

    /** Reads the figures, and makes the meters agree with what there is. */
    void refresh() {
        // A second reader does not wait: the reading before is good enough for it.
        if (!refreshLock.tryLock()) {
            return;
        }
        try {
            readAtNanos = nanos();
            Map<Key, Figure> now = new HashMap<>();
            figures.read().forEach(figure -> now.put(new Key(figure.name(), figure.tags()), figure));
            if (now.isEmpty()) {
                // The broker rests. Without meters nobody would look again.
                return;
            }
            reading = Map.copyOf(now);
            now.forEach((key, figure) -> meters.computeIfAbsent(key, added -> register(key, figure)));
            meters.entrySet().removeIf(entry -> {
                boolean gone = !now.containsKey(entry.getKey());
                if (gone) {
                    entry.getValue().forEach(registry::remove);
                }
                return gone;
            });
        } finally {
            refreshLock.unlock();
        }
    }

    private List<Meter> register(Key key, Figure figure) {
        List<Tag> tags = new ArrayList<>();
        key.tags().forEach((name, value) -> tags.add(Tag.of(name, value)));
        String unit = figure.unit().isEmpty() ? null : figure.unit();
        return switch (figure.kind()) {
            case GAUGE ->
                List.of(Gauge.builder(key.name(), this, value(key, Figure::value))
                        .tags(tags)
                        .description(figure.help())
                        .baseUnit(unit)
                        .register(registry));
            case COUNTER ->
                List.of(FunctionCounter.builder(key.name(), this, value(key, Figure::value))
                        .tags(tags)
                        .description(figure.help())
                        .baseUnit(unit)
                        .register(registry));
            case HISTOGRAM ->
                Figure.SECONDS.equals(unit) ? timer(key, figure, tags) : List.of(summary(key, figure, tags, unit));
        };
    }

    private List<Meter> timer(Key key, Figure figure, List<Tag> tags) {
        ToLongFunction<BoundFigures> count =
                figures -> (long) value(key, of(Histogram.Snapshot::count)).applyAsDouble(figures);
        return List.of(
                FunctionTimer.builder(key.name(), this, count, value(key, Figure::value), TimeUnit.SECONDS)
                        .tags(tags)
                        .description(figure.help())
                        .register(registry),
                TimeGauge.builder(key.name() + ".max", this, TimeUnit.SECONDS, value(key, of(Histogram.Snapshot::max)))
                        .tags(tags)
                        .description(figure.help() + ", the largest")
                        .register(registry));
    }

    private Meter summary(Key key, Figure figure, List<Tag> tags, @Nullable String unit) {
        List<Measurement> measurements = List.of(
                new Measurement(() -> value(key, of(Histogram.Snapshot::count)).applyAsDouble(this), Statistic.COUNT),
                new Measurement(() -> value(key, Figure::value).applyAsDouble(this), Statistic.TOTAL),
                new Measurement(() -> value(key, of(Histogram.Snapshot::max)).applyAsDouble(this), Statistic.MAX));
        return Meter.builder(key.name(), Meter.Type.DISTRIBUTION_SUMMARY, measurements)
                .tags(tags)
                .description(figure.help())
                .baseUnit(unit)
                .register(registry);
    }

    private static ToDoubleFunction<Figure> of(ToDoubleFunction<Histogram.Snapshot> part) {
        return figure -> figure.histogram() == null ? Double.NaN : part.applyAsDouble(figure.histogram());
    }

    private static ToDoubleFunction<BoundFigures> value(Key key, ToDoubleFunction<Figure> part) {
        return figures -> {
            Figure figure = figures.latest().get(key);
            return figure == null ? Double.NaN : part.applyAsDouble(figure);
        };
    }

    private Map<Key, Figure> latest() {
        if (nanos() - readAtNanos >= MAX_AGE_NANOS) {
            refresh();
        }
        return reading;
    }

    private long nanos() {
        return registry.config().clock().monotonicTime();
    }
}
