package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.ConsumerFigures;
import io.reliablemq.client.api.OpenConsumer;
import java.util.concurrent.TimeUnit;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/** Shows what a group's consumers in this application hold and do at the moment. Thread-safe. */
public final class ConsumerGauges {

    private static final String PREFIX = "reliable.mq.consumer.";
    private static final String MESSAGES = "messages";
    private static final String GROUP = "group";

    private final MqClient client;
    private final ConsumerLag lag;

    public ConsumerGauges(MqClient client, ConsumerLag lag) {
        this.client = client;
        this.lag = lag;
    }

    /** Registers the gauges of the group, unless they are there already. */
    void register(String group, MeterRegistry registry) {
        gauge(registry, group, "queues", "", "Queues that the group has here", ConsumerFigures::queues);
        gauge(registry, group, "in.flight", MESSAGES, "Messages that listeners work on", ConsumerFigures::running);
        gauge(
                registry,
                group,
                "cached",
                MESSAGES,
                "Messages that were fetched and are not finished",
                ConsumerFigures::cachedMessages);
        gauge(registry, group, "cached.size", "bytes", "Bodies of those messages", ConsumerFigures::cachedBytes);
        gauge(
                registry,
                group,
                "unreturned",
                MESSAGES,
                "Messages that failed and that their broker could not take back yet",
                ConsumerFigures::waitingForBroker);
        gauge(
                registry,
                group,
                "stuck",
                MESSAGES,
                "Messages that are not finished for longer than they should take",
                ConsumerFigures::stuck);
        TimeGauge.builder(PREFIX + "oldest", this, TimeUnit.MILLISECONDS, gauges -> gauges.oldestMs(group))
                .description("Age of the oldest message that was fetched and is not finished")
                .tag(GROUP, group)
                .register(registry);
        FunctionCounter.builder(PREFIX + "timed.out", this, gauges -> gauges.sum(group, ConsumerFigures::timedOut))
                .description("Listeners that did not end in time")
                .tag(GROUP, group)
                .register(registry);
        Gauge.builder(PREFIX + "lag", this, gauges -> gauges.lag(group))
                .description("Messages in the queues that the group has here and has not finished")
                .baseUnit(MESSAGES)
                .tag(GROUP, group)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String group,
            String name,
            String unit,
            String description,
            ToLongFunction<ConsumerFigures> figure) {
        Gauge.builder(PREFIX + name, this, gauges -> gauges.sum(group, figure))
                .description(description)
                .baseUnit(unit.isEmpty() ? null : unit)
                .tag(GROUP, group)
                .strongReference(true)
                .register(registry);
    }

    private double sum(String group, ToLongFunction<ConsumerFigures> figure) {
        return figures(group).mapToLong(figure).sum();
    }

    private double oldestMs(String group) {
        return figures(group)
                .mapToLong(figures -> figures.oldest().toMillis())
                .max()
                .orElse(0);
    }

    private Stream<ConsumerFigures> figures(String group) {
        return client.openConsumers().stream()
                .filter(consumer -> consumer.settings().group().equals(group))
                .map(OpenConsumer::figures);
    }

    private double lag(String group) {
        Long messages = lag.messages(group);
        return messages == null ? Double.NaN : messages;
    }
}
