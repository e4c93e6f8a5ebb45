package io.reliablemq.broker.group;

import io.reliablemq.broker.store.QueueKey;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Offsets that an administrator has set and that the group's member, if there is one, has not heard of. Until it has, by the
 * answer to its next pull, what it commits for the queue comes from before and does not count.
 *
 * <p>Thread-safe. Kept in memory: the offsets themselves are among the committed ones, and after a restart of the broker the
 * members of a group ask for those.
 */
public final class OffsetResets {

    private final Map<Key, Long> pending = new ConcurrentHashMap<>();

    private record Key(String group, QueueKey queue) {}

    public void set(String group, QueueKey queue, long offset) {
        pending.put(new Key(group, queue), offset);
    }

    public boolean isPending(String group, QueueKey queue) {
        return !pending.isEmpty() && pending.containsKey(new Key(group, queue));
    }

    /** The offset that a member which pulls the queue is to be told now; null if there is none. */
    public @Nullable Long take(String group, QueueKey queue) {
        return pending.isEmpty() ? null : pending.remove(new Key(group, queue));
    }
}
