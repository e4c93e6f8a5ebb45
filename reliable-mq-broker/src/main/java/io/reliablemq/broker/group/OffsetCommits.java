package io.reliablemq.broker.group;

import io.reliablemq.broker.store.QueueKey;

/** Takes the offsets that consumers commit. Thread-safe. */
@FunctionalInterface
public interface OffsetCommits {

    /** @param offset of the next message that the group has not finished in the queue */
    void commit(String group, QueueKey queue, long offset);
}
