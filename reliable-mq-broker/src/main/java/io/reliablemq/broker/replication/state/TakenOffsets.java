package io.reliablemq.broker.replication.state;

import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.OffsetCommits;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Body;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The offsets that consumers committed at this slave and the master does not know of: mostly while it was away. They count
 * here at once, and are given to the master as soon as it can be reached.
 *
 * <p>Thread-safe. Kept in {@code state/offsets-taken.json}, so that a restart of the slave does not forget them.
 */
public final class TakenOffsets implements OffsetCommits {

    private final AtomicFile file;
    private final CommittedOffsets offsets;
    private final Map<Key, TakenOffset> taken = new ConcurrentHashMap<>();
    private final AtomicBoolean changed = new AtomicBoolean();

    private record Key(String group, QueueKey queue) {}

    private TakenOffsets(AtomicFile file, CommittedOffsets offsets) {
        this.file = file;
        this.offsets = offsets;
    }

    /**
     * @throws IOException if the file cannot be read
     * @throws io.reliablemq.protocol.body.MalformedBodyException if it is damaged
     */
    public static TakenOffsets load(AtomicFile file, CommittedOffsets offsets) throws IOException {
        TakenOffsets loaded = new TakenOffsets(file, offsets);
        byte[] stored = file.read();
        if (stored != null) {
            JsonBodies.read(Body.of(stored), TakenOffset.Table.class)
                    .offsets()
                    .forEach(one -> loaded.taken.put(new Key(one.group(), one.queue()), one));
        }
        return loaded;
    }

    /** A master has its offsets itself. What it took before would be held against them by a later master. */
    public static void forget(AtomicFile file) throws IOException {
        if (file.read() != null) {
            file.delete();
        }
    }

    @Override
    public void commit(String group, QueueKey queue, long offset) {
        Long before = offsets.find(group, queue);
        offsets.commit(group, queue, offset);
        Long kept = offsets.find(group, queue);
        if (kept == null || kept.equals(before)) {
            return;
        }
        taken.compute(
                new Key(group, queue),
                (key, known) -> new TakenOffset(
                        group, queue.topic(), queue.queueId(), known == null ? before : known.base(), kept));
        changed.set(true);
    }

    /** Whether the master does not know this one yet. */
    public boolean contains(String group, QueueKey queue) {
        return taken.containsKey(new Key(group, queue));
    }

    /** What is to be given to the master. */
    List<TakenOffset> all() {
        return List.copyOf(taken.values());
    }

    /** The master has these, unless consumers have gone on since. */
    void given(List<TakenOffset> offsetsOfMaster) {
        offsetsOfMaster.forEach(one -> taken.remove(new Key(one.group(), one.queue()), one));
        changed.set(true);
    }

    /** Stores what changed since the last call. */
    public void persist() throws IOException {
        if (!changed.getAndSet(false)) {
            return;
        }
        try {
            file.write(JsonBodies.write(new TakenOffset.Table(all())).toByteArray());
        } catch (IOException e) {
            changed.set(true);
            throw e;
        }
    }
}
