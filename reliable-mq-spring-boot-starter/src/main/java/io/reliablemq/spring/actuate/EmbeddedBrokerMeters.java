package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.spring.embedded.EmbeddedBroker;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Registers the embedded broker's figures as meters of the same names. Thread-safe. */
public final class EmbeddedBrokerMeters implements MeterBinder {

    private final EmbeddedBroker broker;

    /** Registries refer to these weakly. */
    private final List<BoundFigures> bound = new CopyOnWriteArrayList<>();

    public EmbeddedBrokerMeters(EmbeddedBroker broker) {
        this.broker = broker;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        BoundFigures figures = new BoundFigures(registry, broker::figures);
        bound.add(figures);
        figures.refresh();
    }
}
