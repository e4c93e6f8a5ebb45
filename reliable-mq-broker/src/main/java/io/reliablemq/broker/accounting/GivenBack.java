package io.reliablemq.broker.accounting;

import io.reliablemq.broker.store.MessageStore;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What consumers were told about messages that they gave back, until it is compared with the log. Added by any thread,
 * compared by one.
 *
 * <p>At most {@value #MAX_WAITING} wait; what comes beyond that between two comparisons is not compared.
 */
final class GivenBack {

    private static final Logger LOG = LoggerFactory.getLogger(LossAccounts.class);

    private static final int MAX_WAITING = 100_000;

    private final MessageStore store;
    private final Queue<Promise> promises = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();

    /** The message at {@code origin} is to have a copy at {@code copy}. */
    private record Promise(String group, long origin, long copy) {}

    GivenBack(MessageStore store) {
        this.store = store;
    }

    void add(String group, long origin, long copy) {
        if (waiting.incrementAndGet() <= MAX_WAITING) {
            promises.add(new Promise(group, origin, copy));
        } else {
            waiting.decrementAndGet();
        }
    }

    boolean isEmpty() {
        return promises.isEmpty();
    }

    void verify(Books books) throws IOException {
        for (Promise promise = promises.peek(); promise != null; promise = promises.peek()) {
            // A copy that was deleted since has been counted.
            boolean gone =
                    promise.copy() >= 0 && promise.copy() < store.positions().min();
            if (!gone && store.originAt(promise.copy()) != promise.origin()) {
                LOG.error(
                        "A consumer of group {} was told that a copy of the message at position {} stands at {},"
                                + " but it is not there",
                        promise.group(),
                        promise.origin(),
                        promise.copy());
                books.missing(promise.group(), promise.origin());
            }
            promises.remove();
            waiting.decrementAndGet();
        }
    }
}
