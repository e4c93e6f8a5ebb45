package io.reliablemq.conformance;

import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A listener that keeps every delivery and succeeds from a given attempt on. Thread-safe. */
final class Recorder implements Listener {

    private final List<IncomingMessage> deliveries = new CopyOnWriteArrayList<>();
    private final int failures;

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
        deliveries.add(message);
        return message.reconsumeTimes() < failures ? Outcome.RECONSUME_LATER : Outcome.CONSUME_SUCCESS;
    }

    /** In the order of their arrival. */
    List<IncomingMessage> deliveries() {
        return List.copyOf(deliveries);
    }

    Set<String> bodies() {
        return deliveries.stream()
                .map(message -> new String(message.body(), java.nio.charset.StandardCharsets.UTF_8))
                .collect(Collectors.toUnmodifiableSet());
    }
}
