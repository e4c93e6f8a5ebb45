package io.reliablemq.spring.outbox;

import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes down how sends have ended, and slows the relay down while none succeeds. Owned by the relay's thread. */
final class Results {

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    /** Failures in a row, after which only a few messages are tried. */
    private static final int FAILURES_UNTIL_PROBING = 10;

    private static final int PROBES = 4;
    private static final int NOTED_AT_ONCE = 200;

    private final OutboxTable table;
    private final OutboxSettings.Relay settings;
    private final Duration retention;
    private final RelayStatus status;
    private final Clock clock;
    private int failuresInARow;

    Results(OutboxTable table, OutboxSettings settings, RelayStatus status, Clock clock) {
        this.table = table;
        this.settings = settings.relay();
        this.retention = settings.retention();
        this.status = status;
        this.clock = clock;
    }

    int mostInFlight() {
        return isProbing() ? Math.min(PROBES, settings.maxInFlight()) : settings.maxInFlight();
    }

    private boolean isProbing() {
        return failuresInARow >= FAILURES_UNTIL_PROBING;
    }

    /**
     * Notes all of them, and takes each out of the list that was noted.
     *
     * @param noted is told of each
     */
    void note(List<Ended> ends, Map<Integer, LaneWindow> windows, Consumer<Ended> noted) {
        noteSent(ends, windows, noted);
        while (!ends.isEmpty()) {
            Ended end = ends.get(0);
            if (end.error() != null) {
                noteFailure(end, windows.get(end.row().lane()));
            }
            ends.remove(0);
            noted.accept(end);
        }
    }

    private void noteSent(List<Ended> ends, Map<Integer, LaneWindow> windows, Consumer<Ended> noted) {
        List<Ended> sent =
                new ArrayList<>(ends.stream().filter(end -> end.error() == null).toList());
        if (sent.isEmpty()) {
            return;
        }
        for (int from = 0; from < sent.size(); from += NOTED_AT_ONCE) {
            List<Ended> part = sent.subList(from, Math.min(from + NOTED_AT_ONCE, sent.size()));
            List<Long> ids = part.stream().map(end -> end.row().id()).toList();
            if (retention.isZero()) {
                table.delete(ids);
            } else {
                table.keepAsSent(ids, clock.wallMs());
            }
            for (Ended end : part) {
                LaneWindow window = windows.get(end.row().lane());
                if (window != null) {
                    window.finished(end.row());
                }
                ends.remove(end);
                noted.accept(end);
            }
            status.sent(part.size());
        }
        boolean wasProbing = isProbing();
        failuresInARow = 0;
        if (wasProbing) {
            log.info("Brokers take the messages of the outbox again");
            resume(windows);
        }
    }

    /** What was put off because no broker took anything need not wait any longer. */
    private void resume(Map<Integer, LaneWindow> windows) {
        windows.forEach((lane, window) -> {
            table.makeDue(lane);
            window.resume();
        });
    }

    /** A row that was changed in the table, so that it is no message any more: others must not wait for it. */
    void unreadable(WaitingRow row, LaneWindow window, IllegalArgumentException error) {
        table.park(row.id(), "The row is no message. " + error.getMessage(), clock.wallMs());
        status.parked();
        log.error("The row {} of the outbox is no message, and is parked", row.id(), error);
        window.finished(row);
    }

    private void noteFailure(Ended end, @Nullable LaneWindow window) {
        if (end.isRefusedForGood()) {
            table.park(end.row().id(), end.reason(), clock.wallMs());
            status.parked();
            log.error(
                    "The message {} of the outbox was refused for what it is, and is parked. {}",
                    end.message().uniqueId(),
                    end.reason());
            if (window != null) {
                window.finished(end.row());
            }
            return;
        }
        status.failed();
        if (window != null) {
            // Otherwise another instance has the lane, and knows nothing of a pause that this one would write down.
            long dueAt =
                    clock.wallMs() + settings.pauseAfter(end.attempts() + 1).toMillis();
            table.failed(end.row(), end.reason(), dueAt);
            window.paused(end.row(), dueAt);
        }
        failuresInARow++;
        if (failuresInARow == FAILURES_UNTIL_PROBING) {
            log.warn("No broker takes the messages of the outbox; it goes on trying. {}", end.reason());
        } else {
            log.debug(
                    "Message {} of the outbox waits for another send",
                    end.message().uniqueId(),
                    end.error());
        }
    }
}
