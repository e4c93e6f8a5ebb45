package io.reliablemq.conformance.cluster;

import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a receiver got, by the text of the bodies. Succeeds always. Thread-safe. */
final class Deliveries implements Listener {

    private final List<String> bodies = new CopyOnWriteArrayList<>();

    @Override
    public Outcome receive(IncomingMessage message) {
        bodies.add(new String(message.body(), StandardCharsets.UTF_8));
        return Outcome.CONSUME_SUCCESS;
    }

    Set<String> distinct() {
        return new TreeSet<>(bodies);
    }

    /** Deliveries beyond the first of each message. */
    int duplicates() {
        List<String> all = List.copyOf(bodies);
        return all.size() - new TreeSet<>(all).size();
    }
}
