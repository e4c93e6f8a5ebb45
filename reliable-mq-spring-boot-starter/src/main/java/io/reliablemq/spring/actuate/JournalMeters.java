package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.client.api.StoreAndForward;

/** Shows what waits in the journal of messages that no broker took. */
public final class JournalMeters implements MeterBinder {

    private static final String PREFIX = "reliable.mq.journal.";

    private final StoreAndForward journal;

    public JournalMeters(StoreAndForward journal) {
        this.journal = journal;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(PREFIX + "waiting", journal, StoreAndForward::waiting)
                .description("Messages that are on this machine alone until a broker takes them")
                .baseUnit("messages")
                .register(registry);
        Gauge.builder(PREFIX + "waiting.size", journal, StoreAndForward::waitingBytes)
                .description("Bytes of those messages")
                .baseUnit("bytes")
                .register(registry);
        Gauge.builder(PREFIX + "rejected", journal, kept -> kept.rejected().size())
                .description("Messages that a broker refused for what they are, kept in the journal")
                .baseUnit("messages")
                .register(registry);
        Gauge.builder(PREFIX + "failed", journal, kept -> kept.problem().isEmpty() ? 0 : 1)
                .description("1 while the journal takes no more messages")
                .register(registry);
    }
}
