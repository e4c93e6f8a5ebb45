package io.reliablemq.spring.outbox;

import io.reliablemq.client.api.Producer;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.spring.outbox.OutboxTable.Due;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Reads the lanes that this instance has, sends what is in them, and notes what became of it. All state is owned by the thread that
 * runs it; sends end on other threads, which leave a note in {@code ends}.
 */
final class RelayAgent implements Agent {

    private static final Logger log = LoggerFactory.getLogger(OutboxRelay.class);

    private static final long DATABASE_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** How many contents are read in one statement. */
    private static final int LOADED_AT_ONCE = 50;
    /** No more is read while bodies of so many bytes are in memory: it is passed by one message at the most. */
    static final long MOST_BYTES = 16L << 20;

    private final OutboxTable table;
    private final LaneClaims claims;
    private final Producer producer;
    private final OutboxSettings.Relay relay;
    private final RelaySignal signal;
    private final RelayStatus status;
    private final Results results;
    private final Cleaning cleaning;
    private final Clock clock;

    private final Map<Integer, LaneWindow> windows = new HashMap<>();
    private final BlockingQueue<Ended> ends = new LinkedBlockingQueue<>();
    private final List<Ended> unnoted = new ArrayList<>();
    private int inFlight;
    /** The bodies of those in flight. */
    private long bytesInFlight;

    private int firstLane;
    private long nextAttemptNanos;
    private long nextPollNanos;

    RelayAgent(
            OutboxTable table,
            LaneClaims claims,
            Producer producer,
            OutboxSettings settings,
            RelaySignal signal,
            RelayStatus status,
            Clock clock) {
        this.table = table;
        this.claims = claims;
        this.producer = producer;
        this.relay = settings.relay();
        this.signal = signal;
        this.status = status;
        this.results = new Results(table, settings, status, clock);
        this.cleaning = new Cleaning(table, settings, clock);
        this.clock = clock;
        this.nextAttemptNanos = clock.nanos();
        this.nextPollNanos = clock.nanos();
    }

    @Override
    public String name() {
        return "rmq-outbox-relay";
    }

    @Override
    public long doWork() {
        long pause = nextAttemptNanos - clock.nanos();
        if (pause > 0) {
            return pause;
        }
        try {
            long nanos = step();
            status.databaseAnswers();
            return nanos;
        } catch (DataAccessException | TransactionException e) {
            status.databaseFails(e);
            // The next step asks the database in any case: one that has nothing to ask would pass for an answer.
            claims.beatNext();
            nextAttemptNanos = clock.nanos() + DATABASE_PAUSE_NANOS;
            return DATABASE_PAUSE_NANOS;
        }
    }

    private long step() {
        note();
        if (claims.nanosToNextBeat() == 0) {
            claims.beat(busyLanes());
        }
        followClaims();
        look();
        if (claims.holdFor(relay.sendTimeout())) {
            windows.forEach(this::fill);
            send();
        }
        cleaning.step();
        return Math.min(claims.nanosToNextBeat(), Math.max(0, nextPollNanos - clock.nanos()));
    }

    private Set<Integer> busyLanes() {
        Set<Integer> busy = new HashSet<>();
        windows.forEach((lane, window) -> {
            if (window.isBusy()) {
                busy.add(lane);
            }
        });
        return busy;
    }

    private void followClaims() {
        windows.keySet().retainAll(claims.owned());
        for (Integer lane : claims.owned()) {
            if (!windows.containsKey(lane)) {
                table.makeDue(lane);
                windows.put(lane, new LaneWindow());
            }
        }
        signal.owns(List.copyOf(claims.owned()));
        status.lanes(claims.owned().size());
    }

    /** Finds out which lanes have something new: by signals of this instance, and now and then by a look into the table. */
    private void look() {
        signal.take().forEach(this::changed);
        if (nextPollNanos - clock.nanos() > 0) {
            return;
        }
        List<Integer> idle = windows.entrySet().stream()
                .filter(entry -> entry.getValue().isIdle())
                .map(Map.Entry::getKey)
                .toList();
        table.lanesWithDue(idle, due()).forEach(this::changed);
        nextPollNanos = clock.nanos() + relay.pollInterval().toNanos();
    }

    private void changed(int lane) {
        LaneWindow window = windows.get(lane);
        if (window != null) {
            window.changed();
        }
    }

    private void fill(int lane, LaneWindow window) {
        if (window.wantsMore()) {
            // One time for both: a pause must not end between them, or a later message passes and the paused one does
            // not.
            Due due = due();
            window.fill(table.due(lane, due, LaneWindow.SIZE), due.now())
                    .forEach((orderHash, dueAt) -> table.defer(lane, orderHash, dueAt));
        }
    }

    private Due due() {
        return new Due(clock.wallMs(), relay.longestPause());
    }

    private void send() {
        List<WaitingRow> chosen = choose(results.mostInFlight() - inFlight);
        while (!chosen.isEmpty() && bytesInFlight < MOST_BYTES) {
            List<WaitingRow> rows = beginning(chosen.subList(0, Math.min(LOADED_AT_ONCE, chosen.size())));
            load(rows);
            chosen = chosen.subList(rows.size(), chosen.size());
        }
    }

    /** The first of them, at least one, until their bodies reach the bound. */
    private List<WaitingRow> beginning(List<WaitingRow> rows) {
        if (rows.size() == 1) {
            return rows;
        }
        Map<Long, Long> sizes = table.bodySizes(ids(rows));
        long bytes = bytesInFlight;
        int count = 0;
        while (count < rows.size() && bytes < MOST_BYTES) {
            bytes += sizes.getOrDefault(rows.get(count).id(), 0L);
            count++;
        }
        return rows.subList(0, count);
    }

    private void load(List<WaitingRow> rows) {
        Map<Long, StoredMessage> contents = new HashMap<>();
        table.load(ids(rows)).forEach(content -> contents.put(content.id(), content));
        for (WaitingRow row : rows) {
            StoredMessage content = contents.get(row.id());
            LaneWindow window = windows.get(row.lane());
            if (content == null && window != null) {
                // Somebody has deleted it.
                window.finished(row);
            } else if (content != null && window != null && claims.holdFor(relay.sendTimeout())) {
                send(row, content, window);
            }
        }
    }

    private static List<Long> ids(List<WaitingRow> rows) {
        return rows.stream().map(WaitingRow::id).toList();
    }

    /** The lanes take turns in being first, so that none is left behind while places are few. */
    private List<WaitingRow> choose(int places) {
        List<WaitingRow> chosen = new ArrayList<>();
        if (places > 0) {
            for (int i = 0; i < Lane.COUNT; i++) {
                LaneWindow window = windows.get((firstLane + i) % Lane.COUNT);
                if (window != null) {
                    window.choose(chosen, places);
                }
            }
            firstLane = (firstLane + 1) % Lane.COUNT;
        }
        return chosen;
    }

    private void send(WaitingRow row, StoredMessage content, LaneWindow window) {
        Message message;
        try {
            message = content.message();
        } catch (IllegalArgumentException e) {
            results.unreadable(row, window, e);
            return;
        }
        window.started(row);
        inFlight++;
        bytesInFlight += message.body().length;
        int attempts = content.attempts();
        try {
            producer.resendAsync(message, content.createdAt())
                    .whenComplete((receipt, error) -> ended(new Ended(row, message, attempts, error)));
        } catch (RuntimeException e) {
            ended(new Ended(row, message, attempts, e));
        }
    }

    private void ended(Ended end) {
        ends.add(end);
        signal.wake();
    }

    /** Writes down how sends have ended. What the database does not take now is kept for the next time. */
    private void note() {
        ends.drainTo(unnoted);
        results.note(unnoted, windows, end -> {
            inFlight--;
            bytesInFlight -= end.message().body().length;
        });
    }

    /** Waits for the sends on their way, and gives the lanes up. */
    @Override
    public void onStop() throws InterruptedException {
        long deadline = clock.nanos() + relay.sendTimeout().toNanos();
        try {
            note();
            while (inFlight > 0 && deadline - clock.nanos() > 0) {
                Ended end = ends.poll(deadline - clock.nanos(), TimeUnit.NANOSECONDS);
                if (end != null) {
                    unnoted.add(end);
                }
                note();
            }
            signal.owns(List.of());
            claims.leave();
        } catch (DataAccessException | TransactionException e) {
            log.warn(
                    "The outbox could not note how it ended; other instances wait for {} before they go on, and {} message(s)"
                            + " may be sent again",
                    relay.lease(),
                    inFlight,
                    e);
        }
        status.lanes(0);
    }
}
