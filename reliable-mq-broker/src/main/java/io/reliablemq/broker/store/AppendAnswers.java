package io.reliablemq.broker.store;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.store.AppendResult.Status;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/** Counts messages by how their append was answered. Safe for use by any thread. */
final class AppendAnswers implements Figures {

    /** By the number of the status. */
    private final LongAdder[] messages =
            Stream.generate(LongAdder::new).limit(Status.values().length).toArray(LongAdder[]::new);

    /** A listener that counts the answer for so many messages and passes it on. */
    AppendListener counted(int count, AppendListener listener) {
        return result -> {
            messages[result.status().ordinal()].add(count);
            listener.done(result);
        };
    }

    @Override
    public List<Figure> read() {
        return Arrays.stream(Status.values())
                .map(status -> Figure.counter(
                                "reliable.mq.broker.append.answered",
                                Figure.MESSAGES,
                                "Messages by how their append was answered; one that is in the log is COMMITTED, FLUSH_TIMEOUT, REPLICA_TIMEOUT or NO_REPLICA",
                                messages[status.ordinal()].sum())
                        .tagged("status", status.name()))
                .toList();
    }
}
