package io.reliablemq.client.consumer;

import io.reliablemq.protocol.message.StoredMessage;
import java.util.List;

/** In which order the messages of a queue reach the listener. Thread-safe. */
interface ConsumeService {

    /** Messages that are new in the window. */
    void submit(ProcessQueue queue, List<StoredMessage> messages);

    /** What waits here is tried again, as far as this is what it waited for: the queue's lock, or a message that is finished. */
    default void wake(ProcessQueue queue) {}

    /** The queue is dropped. */
    default void forget(ProcessQueue queue) {}
}
