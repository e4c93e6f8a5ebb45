package io.reliablemq.broker.figures;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Locale;
import java.util.function.LongSupplier;

/**
 * How fast a counter grew over the last ten seconds, minute and ten minutes, out of samples that somebody takes every ten
 * seconds. Thread-safe: guarded by its own lock, which is held for moments.
 */
public final class Rates {

    /** How often to call {@link #sample()}. */
    public static final Duration PERIOD = Duration.ofSeconds(10);

    private static final Duration[] WINDOWS = {PERIOD, Duration.ofMinutes(1), Duration.ofMinutes(10)};
    private static final long LONGEST_NANOS = WINDOWS[WINDOWS.length - 1].toNanos();

    private final LongSupplier counter;
    private final Clock clock;
    private final Object lock = new Object();
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();

    private record Sample(long nanos, long count) {}

    public Rates(LongSupplier counter, Clock clock) {
        this.counter = counter;
        this.clock = clock;
        sample();
    }

    /** Notes where the counter stands. */
    public void sample() {
        Sample now = now();
        synchronized (lock) {
            samples.add(now);
            // The one before the window stays, so that there is always one that is old enough.
            while (samples.size() > 1 && now.nanos() - second().nanos() >= LONGEST_NANOS) {
                samples.poll();
            }
        }
    }

    private Sample second() {
        return samples.stream().skip(1).findFirst().orElseThrow();
    }

    /** In units a second; over less time where the counter is younger. */
    public double perSecond(Duration window) {
        Sample now = now();
        Sample start = null;
        synchronized (lock) {
            for (Sample sample : samples) {
                if (start == null || now.nanos() - sample.nanos() >= window.toNanos()) {
                    start = sample;
                }
            }
        }
        if (start == null || now.nanos() == start.nanos()) {
            return 0;
        }
        return (now.count() - start.count()) * 1e9 / (now.nanos() - start.nanos());
    }

    private Sample now() {
        return new Sample(clock.nanos(), counter.getAsLong());
    }

    /** The three rates as the protocol's tools read them: separated by blanks. */
    public String text() {
        StringBuilder text = new StringBuilder();
        for (Duration window : WINDOWS) {
            text.append(text.isEmpty() ? "" : " ").append(String.format(Locale.ROOT, "%.2f", perSecond(window)));
        }
        return text.toString();
    }
}
