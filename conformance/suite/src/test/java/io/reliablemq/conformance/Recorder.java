package io.reliablemq.conformance;

import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A listener that keeps every delivery and succeeds from a given attempt on. Thread-safe. */
final class Recorder implements Listener {

    private final List<Arrival> arrivals = new CopyOnWriteArrayList<>();
    private final int failures;

    private record Arrival(IncomingMessage message, long nanos) {}

    private Recorder(int failures) {
        this.failures = failures;
    }

    static Recorder succeeding() {
        return new Recorder(0);
    }

    /** Fails the first so many attempts of each message. */
    static Recorder failing(int times) {
        return new Recorder(times);
    }

    @Override
    public Outcome receive(IncomingMessage message) {
        arrivals.add(new Arrival(message.kept(), System.nanoTime()));
        return message.reconsumeTimes() < failures ? Outcome.RECONSUME_LATER : Outcome.CONSUME_SUCCESS;
    }

    /** In the order of their arrival. */
    List<IncomingMessage> deliveries() {
        return arrivals.stream().map(Arrival::message).toList();
    }

    /** How long after one delivery the next one came. */
    Duration between(int delivery, int next) {
        return Duration.ofNanos(
                arrivals.get(next).nanos() - arrivals.get(delivery).nanos());
    }

    Set<String> bodies() {
        return deliveries().stream()
                .map(message -> new String(message.body(), java.nio.charset.StandardCharsets.UTF_8))
                .collect(Collectors.toUnmodifiableSet());
    }
}
