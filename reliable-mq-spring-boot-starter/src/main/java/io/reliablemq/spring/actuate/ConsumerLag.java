package io.reliablemq.spring.actuate;

import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.OpenConsumer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How far this application's consumers are behind. Brokers are asked when somebody looks, and not again before
 * {@link #MAX_AGE} is over; whoever looks meanwhile sees the last answer. Thread-safe; nobody is kept waiting.
 */
public final class ConsumerLag {

    private static final Duration MAX_AGE = Duration.ofSeconds(10);

    private final MqClient client;
    private final LongSupplier nanoClock;
    private final Map<String, Reading> byGroup = new ConcurrentHashMap<>();

    /** @param messages null as long as no broker has answered */
    private record Reading(@Nullable Long messages, long askedAtNanos, boolean pending) {}

    /** @param nanoClock monotonic, in nanoseconds */
    public ConsumerLag(MqClient client, LongSupplier nanoClock) {
        this.client = client;
        this.nanoClock = nanoClock;
    }

    /** Messages that the group's consumers here have not finished, as the brokers said last; null if that is not known. */
    public @Nullable Long messages(String group) {
        return look(group).messages();
    }

    /** As {@link #messages(String)}, as soon as brokers have answered. Fails if they do not. */
    CompletableFuture<Long> ask(String group) {
        CompletableFuture<Long> total = CompletableFuture.completedFuture(0L);
        for (OpenConsumer consumer : client.openConsumers()) {
            if (consumer.settings().group().equals(group)) {
                total = total.thenCombine(
                        consumer.lag(),
                        (sum, lag) -> sum
                                + lag.values().stream()
                                        .mapToLong(Long::longValue)
                                        .sum());
            }
        }
        return total.whenComplete((lag, error) -> {
            if (error == null) {
                byGroup.put(group, new Reading(lag, nanoClock.getAsLong(), false));
            }
        });
    }

    private Reading look(String group) {
        boolean[] mine = new boolean[1];
        long now = nanoClock.getAsLong();
        Reading reading = byGroup.compute(group, (name, last) -> {
            if (last != null && (last.pending() || now - last.askedAtNanos() < MAX_AGE.toNanos())) {
                return last;
            }
            mine[0] = true;
            return new Reading(last == null ? null : last.messages(), now, true);
        });
        if (mine[0]) {
            ask(group).whenComplete((lag, error) -> {
                if (error != null) {
                    byGroup.put(group, new Reading(null, nanoClock.getAsLong(), false));
                }
            });
        }
        return reading;
    }
}
