package io.reliablemq.broker.request;

import io.reliablemq.broker.delivery.LongPolls;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.runtime.Clock;
import java.util.Map;
import java.util.TreeMap;

/** What the broker says about itself to administrators, in the protocol's words. Thread-safe. */
public final class RuntimeFigures {

    private final String brokerName;
    private final MessageStore store;
    private final LongPolls longPolls;
    private final Clock clock;
    private final long startedAtMs;

    public RuntimeFigures(String brokerName, MessageStore store, LongPolls longPolls, Clock clock) {
        this.brokerName = brokerName;
        this.store = store;
        this.longPolls = longPolls;
        this.clock = clock;
        this.startedAtMs = clock.wallMs();
    }

    String brokerName() {
        return brokerName;
    }

    Map<String, String> table() {
        MessageStore.Positions positions = store.positions();
        Map<String, String> table = new TreeMap<>();
        table.put("brokerVersionDesc", "V5_5_0");
        table.put("brokerActive", Boolean.toString(store.failure() == null));
        table.put("bootTimestamp", Long.toString(startedAtMs));
        table.put("runtime", "[ " + (clock.wallMs() - startedAtMs) / 1000 + " seconds ]");
        table.put("commitLogMinOffset", Long.toString(positions.min()));
        table.put("commitLogMaxOffset", Long.toString(positions.written()));
        table.put("flushedPosition", Long.toString(positions.flushed()));
        table.put("committedPosition", Long.toString(positions.committed()));
        table.put("pullsWaiting", Integer.toString(longPolls.size()));
        return table;
    }
}
