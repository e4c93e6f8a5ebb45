package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.reliablemq.spring.core.AfterCommitFigures;
import io.reliablemq.spring.core.ReliableMqTemplate;
import java.util.function.ToDoubleFunction;

/** Registers what became of the template's sends after a commit as meters {@code reliable.mq.after.commit.*}. Thread-safe. */
public final class AfterCommitMeters implements MeterBinder {

    private static final String PREFIX = "reliable.mq.after.commit.";

    private final ReliableMqTemplate template;

    public AfterCommitMeters(ReliableMqTemplate template) {
        this.template = template;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Gauge.builder(
                        PREFIX + "waiting",
                        template,
                        it -> it.afterCommitFigures().waiting())
                .description("Messages that wait for a commit, or for the end of the send behind it")
                .register(registry);
        counter(registry, "sent", "Messages sent after a commit", AfterCommitFigures::sent);
        counter(
                registry,
                "failed",
                "Messages not sent though their transaction has committed",
                AfterCommitFigures::failed);
        counter(registry, "withdrawn", "Messages whose transaction has not committed", AfterCommitFigures::withdrawn);
    }

    private void counter(MeterRegistry registry, String name, String help, ToDoubleFunction<AfterCommitFigures> part) {
        FunctionCounter.builder(PREFIX + name, template, it -> part.applyAsDouble(it.afterCommitFigures()))
                .description(help)
                .register(registry);
    }
}
