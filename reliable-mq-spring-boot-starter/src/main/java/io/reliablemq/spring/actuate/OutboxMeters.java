package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.spring.outbox.OutboxFigures;
import io.reliablemq.spring.outbox.OutboxMonitor;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers the figures of the outbox as meters {@code reliable.mq.outbox.*}. Thread-safe. */
public final class OutboxMeters implements MeterBinder {

    private static final Logger log = LoggerFactory.getLogger(OutboxMeters.class);

    private static final String PREFIX = "reliable.mq.outbox.";

    private final OutboxMonitor monitor;

    public OutboxMeters(OutboxMonitor monitor) {
        this.monitor = monitor;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        gauge(registry, "waiting", "Messages that are taken down and not sent", OutboxFigures::waiting);
        gauge(registry, "parked", "Messages that were refused for good", OutboxFigures::parked);
        gauge(registry, "lanes", "Lanes of 32 that this instance sends", OutboxFigures::lanes);
        TimeGauge.builder(
                        PREFIX + "oldest",
                        () -> value(figures -> figures.oldestWaiting().toMillis()),
                        TimeUnit.MILLISECONDS)
                .description("Age of the oldest message that waits to be sent")
                .register(registry);
        counter(registry, "sent", "Messages of the outbox that a broker took from this instance", OutboxFigures::sent);
        counter(
                registry,
                "failed.sends",
                "Sends out of the outbox that failed and are repeated",
                OutboxFigures::failedSends);
        counter(registry, "refused", "Messages that were refused because the outbox was full", OutboxFigures::refused);
    }

    private void gauge(MeterRegistry registry, String name, String help, ToDoubleFunction<OutboxFigures> part) {
        Gauge.builder(PREFIX + name, () -> value(part)).description(help).register(registry);
    }

    private void counter(MeterRegistry registry, String name, String help, ToDoubleFunction<OutboxFigures> part) {
        FunctionCounter.builder(PREFIX + name, this, meters -> meters.value(part))
                .description(help)
                .register(registry);
    }

    /** Not a number where the database does not tell: neither 0, which would look well, nor an error in the scrape. */
    private double value(ToDoubleFunction<OutboxFigures> part) {
        try {
            return part.applyAsDouble(monitor.figures());
        } catch (RuntimeException e) {
            log.debug("The figures of the outbox cannot be read", e);
            return Double.NaN;
        }
    }
}
