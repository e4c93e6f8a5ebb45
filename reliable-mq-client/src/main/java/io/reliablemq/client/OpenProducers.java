package io.reliablemq.client;

import io.reliablemq.client.api.OpenProducer;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/** The producers that are not closed, and how they were asked for. Thread-safe. */
final class OpenProducers {

    private final Map<AutoCloseable, OpenProducer> open = new ConcurrentHashMap<>();

    void add(AutoCloseable producer, OpenProducer asked) {
        open.put(producer, asked);
    }

    void remove(AutoCloseable producer) {
        open.remove(producer);
    }

    void forEach(Consumer<AutoCloseable> action) {
        open.keySet().forEach(action);
    }

    List<OpenProducer> list() {
        return List.copyOf(open.values());
    }
}
