package io.reliablemq.conformance.port;

import java.util.Set;

/** A started member of a consumer group. Thread-safe. */
public interface Receiver extends AutoCloseable {

    /** The queues of this topic that the member receives from now, as {@code broker:queue}. */
    Set<String> queuesOf(String topic);

    /** Leaves the group in order. */
    @Override
    void close();
}
