package io.reliablemq.spring.actuate;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.reliablemq.client.api.ConsumeInterceptor;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Counts what listeners do in meters. Thread-safe. How long they take is told by their observations. */
public final class ListenerMeters implements ConsumeInterceptor {

    private static final String PREFIX = "reliable.mq.consumer.";
    private static final String MESSAGES = "messages";

    private final MeterRegistry registry;
    private final ConsumerGauges gauges;
    private final Clock clock;

    /** @param clock tells how old a message is, by the clocks of two machines */
    public ListenerMeters(MeterRegistry registry, ConsumerGauges gauges, Clock clock) {
        this.registry = registry;
        this.gauges = gauges;
        this.clock = clock;
    }

    @Override
    public void opened(PushConsumerSettings settings) {
        gauges.register(settings.group(), registry);
    }

    @Override
    public Call begin(PushConsumerSettings settings, List<ReceivedMessage> messages) {
        for (ReceivedMessage message : messages) {
            if (message.reconsumeTimes() == 0) {
                waited(settings.group(), message);
            }
        }
        return new Call() {
            @Override
            public void returned() {}

            @Override
            public void ended(List<MessageEnd> ends, @Nullable Throwable error) {
                for (int i = 0; i < ends.size(); i++) {
                    count(settings.group(), messages.get(i).topic(), ends.get(i));
                }
            }
        };
    }

    private void waited(String group, ReceivedMessage message) {
        Duration age = Duration.between(message.storedAt(), clock.instant());
        Timer.builder(PREFIX + "delivery")
                .description("Time from when a broker could deliver a message to its first listener, by both clocks")
                .tag("group", group)
                .tag("topic", message.topic())
                .register(registry)
                .record(age.isNegative() ? Duration.ZERO : age);
    }

    private void count(String group, String topic, MessageEnd end) {
        counter("processed", "Messages that listeners have handled, by what became of them", group, topic)
                .tag("outcome", end.name().toLowerCase(Locale.ROOT))
                .register(registry)
                .increment();
        if (end == MessageEnd.RETRIED) {
            counter("retries", "Messages that failed and are handed out again", group, topic)
                    .register(registry)
                    .increment();
        } else if (end != MessageEnd.DONE) {
            counter("dead.letters", "Messages that were given up, by why", group, topic)
                    .tag("reason", end.name().toLowerCase(Locale.ROOT))
                    .register(registry)
                    .increment();
        }
    }

    private static Counter.Builder counter(String name, String description, String group, String topic) {
        return Counter.builder(PREFIX + name)
                .description(description)
                .baseUnit(MESSAGES)
                .tag("group", group)
                .tag("topic", topic);
    }
}
