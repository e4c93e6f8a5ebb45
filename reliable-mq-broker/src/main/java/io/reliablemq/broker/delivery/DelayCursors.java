package io.reliablemq.broker.delivery;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * How far each queue of the schedule has been handed over: every message below the cursor has a committed copy.
 *
 * <p>Advanced by {@code rmq-scheduler}, stored by {@code rmq-housekeeping}; safe for both. The file may be older than
 * the log; the copies in the log tell what it missed.
 */
public final class DelayCursors {

    private final AtomicFile file;
    private final MessageStore store;
    private final Map<Integer, Long> cursors = new ConcurrentHashMap<>();
    private final AtomicBoolean changed = new AtomicBoolean();

    private record Content(@JsonProperty("cursors") Map<Integer, Long> cursors) {}

    private DelayCursors(AtomicFile file, MessageStore store) {
        this.file = file;
        this.store = store;
    }

    /**
     * @throws IOException if the file cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public static DelayCursors load(AtomicFile file, MessageStore store) throws IOException {
        DelayCursors cursors = new DelayCursors(file, store);
        byte[] stored = file.read();
        if (stored != null) {
            cursors.cursors.putAll(
                    JsonBodies.read(Body.of(stored), Content.class).cursors());
        }
        return cursors;
    }

    long cursor(int queueId) {
        return cursors.getOrDefault(queueId, 0L);
    }

    void advance(int queueId, long cursor) {
        cursors.put(queueId, cursor);
        changed.set(true);
    }

    /** Stores what changed since the last call, after a flush of the log. */
    public void persist() throws IOException {
        if (!changed.getAndSet(false)) {
            return;
        }
        try {
            byte[] content =
                    JsonBodies.write(new Content(new TreeMap<>(cursors))).toByteArray();
            store.flush();
            file.write(content);
        } catch (IOException e) {
            changed.set(true);
            throw e;
        }
    }
}
