package io.reliablemq.broker.request;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.MessageStore.Selection;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;

/** Counts the messages that were handed to consumers, each time that they were. Thread-safe. */
public final class Deliveries implements Figures {

    private final LongAdder messages = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    void count(Selection selection) {
        messages.add(selection.entries().size());
        bytes.add(selection.totalBytes());
    }

    public long messages() {
        return messages.sum();
    }

    @Override
    public List<Figure> read() {
        return List.of(
                Figure.counter(
                        "reliable.mq.broker.delivered",
                        Figure.MESSAGES,
                        "Messages handed to consumers, again where one pulled them again",
                        messages.sum()),
                Figure.counter(
                        "reliable.mq.broker.delivered.size",
                        Figure.BYTES,
                        "Bytes of messages handed to consumers",
                        bytes.sum()));
    }
}
