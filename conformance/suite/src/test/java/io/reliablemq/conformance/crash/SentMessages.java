package io.reliablemq.conformance.crash;

import io.reliablemq.conformance.port.Receipt;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the producers of a topic know: what they tried, and what was acknowledged. Thread-safe.
 *
 * <p>An id is {@code producer/number}, and each producer's numbers ascend.
 */
final class SentMessages {

    /**
     * A message that ended in {@code SEND_OK}.
     *
     * @param undisturbed whether no kill and no long wait came between the send and its answer, so that there was
     *     certainly one attempt only
     */
    record Acknowledged(String id, Receipt receipt, boolean undisturbed) {}

    private final Map<String, Boolean> acknowledgedById = new HashMap<>();
    private final List<Acknowledged> acknowledged = new ArrayList<>();
    private int unknown;
    private int allowed = Integer.MAX_VALUE;

    /** From now on so many may be acknowledged in all, so that consumers are not left behind for ever. */
    synchronized void allow(int count) {
        allowed = count;
        notifyAll();
    }

    /** Waits while as many are acknowledged as are allowed. */
    synchronized void awaitAllowance() throws InterruptedException {
        while (acknowledged.size() >= allowed) {
            wait();
        }
    }

    /** To be called before the send, since a message may be received before its answer arrives. */
    synchronized void trying(String id) {
        if (acknowledgedById.putIfAbsent(id, false) != null) {
            throw new IllegalArgumentException("The id '" + id + "' was used before");
        }
    }

    synchronized void acknowledged(Acknowledged message) {
        if (acknowledgedById.put(message.id(), true) == null) {
            throw new IllegalArgumentException("The id '" + message.id() + "' was acknowledged but never sent");
        }
        acknowledged.add(message);
        notifyAll();
    }

    /** The send ended in an error: the message may be stored or not. */
    synchronized void failed() {
        unknown++;
    }

    /** Waits until so many were acknowledged in all. @throws AssertionError if that takes longer than the bound */
    synchronized void awaitAcknowledged(int count, Duration bound) throws InterruptedException {
        Deadline deadline = Deadline.in(bound);
        while (acknowledged.size() < count) {
            if (deadline.isOver()) {
                throw new AssertionError(
                        acknowledged.size() + " messages were acknowledged within " + bound + ", and not " + count);
            }
            wait(deadline.millis());
        }
    }

    /** In the order of their acknowledgements, without the first {@code from}. */
    synchronized List<Acknowledged> acknowledgedFrom(int from) {
        return List.copyOf(acknowledged.subList(from, acknowledged.size()));
    }

    synchronized boolean wasTried(String id) {
        return acknowledgedById.containsKey(id);
    }

    synchronized int tried() {
        return acknowledgedById.size();
    }

    synchronized int acknowledgedCount() {
        return acknowledged.size();
    }

    /** Sends that ended in an error. */
    synchronized int unknownCount() {
        return unknown;
    }

    /** Those of the ids that nobody sent. */
    synchronized List<String> neverSent(Set<String> ids) {
        return ids.stream().filter(id -> !acknowledgedById.containsKey(id)).toList();
    }
}
