package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.spring.observation.SendCounts;
import io.reliablemq.spring.observation.SendFailure;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/** Counts sends in meters. Thread-safe. How long they take is told by their observations. */
public final class ProducerMeters implements SendCounts {

    private static final String PREFIX = "reliable.mq.producer.";
    private static final String MESSAGES = "messages";
    private static final String TOPIC = "topic";

    private final MeterRegistry registry;
    private final AtomicLong inFlight = new AtomicLong();

    public ProducerMeters(MeterRegistry registry) {
        this.registry = registry;
        Gauge.builder(PREFIX + "in.flight", inFlight, AtomicLong::doubleValue)
                .description("Messages on their way to a broker, their outcome not known yet")
                .baseUnit(MESSAGES)
                .register(registry);
    }

    @Override
    public void started(String topic, int messages) {
        inFlight.addAndGet(messages);
    }

    @Override
    public void succeeded(String topic, int messages, SendStatus status, List<Attempt> attempts) {
        inFlight.addAndGet(-messages);
        sent(topic, status.name().toLowerCase(Locale.ROOT), messages);
        attempts(attempts);
    }

    @Override
    public void failed(String topic, int messages, SendFailure failure) {
        inFlight.addAndGet(-messages);
        Counter.builder(PREFIX + "failed")
                .description("Messages whose send has failed, by how the last attempt ended")
                .baseUnit(MESSAGES)
                .tag(TOPIC, topic)
                .tag("reason", failure.reason())
                .register(registry)
                .increment(messages);
        attempts(failure.attempts());
    }

    @Override
    public void oneWay(String topic) {
        inFlight.decrementAndGet();
        sent(topic, "one_way", 1);
    }

    private void sent(String topic, String status, int messages) {
        Counter.builder(PREFIX + "sent")
                .description(
                        "Messages that were sent, by who has them: a broker (send_ok), this machine, or nobody knows")
                .baseUnit(MESSAGES)
                .tag(TOPIC, topic)
                .tag("status", status)
                .register(registry)
                .increment(messages);
    }

    private void attempts(List<Attempt> attempts) {
        for (Attempt attempt : attempts) {
            Counter.builder(PREFIX + "attempts")
                    .description("Attempts of sends, by broker and how they ended")
                    .tag("broker", attempt.brokerName().isEmpty() ? "none" : attempt.brokerName())
                    .tag("outcome", attempt.outcome().name().toLowerCase(Locale.ROOT))
                    .register(registry)
                    .increment();
        }
    }
}
