package io.reliablemq.conformance.crash;

import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener.Outcome;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Keeps account of messages by their id: tried, acknowledged, received; and says what does not add up.
 *
 * <p>What was acknowledged must be received. What was tried and not acknowledged may be. Nothing else may. Thread-safe.
 */
final class DeliveryLedger {

    private final Set<String> tried = ConcurrentHashMap.newKeySet();
    private final Map<String, String> acknowledged = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> received = new ConcurrentHashMap<>();

    /** To be called before the send, since a message may be received before its answer arrives. */
    void trying(String id) {
        if (!tried.add(id)) {
            throw new IllegalArgumentException("The id '" + id + "' was used before");
        }
    }

    /** The send of this message ended in {@code SEND_OK}. */
    void acknowledged(String id) {
        acknowledged(id, "where is not known");
    }

    /** @param where it is stored, for whoever looks for it */
    void acknowledged(String id, String where) {
        if (!tried.contains(id)) {
            throw new IllegalArgumentException("The id '" + id + "' was acknowledged but never sent");
        }
        acknowledged.put(id, where);
    }

    void received(String id) {
        received.computeIfAbsent(id, unused -> new AtomicInteger()).incrementAndGet();
    }

    /** The listener of a receiver whose messages are those of {@link LoadThreads}. */
    Outcome take(IncomingMessage message) {
        received(LoadThreads.idOf(message.body()));
        return Outcome.CONSUME_SUCCESS;
    }

    /** The same tries and acknowledgements as now, with nothing received: for one more group. */
    DeliveryLedger forAnotherReceiver() {
        DeliveryLedger other = new DeliveryLedger();
        other.tried.addAll(tried);
        other.acknowledged.putAll(acknowledged);
        return other;
    }

    int acknowledgedCount() {
        return acknowledged.size();
    }

    /** Whether everything acknowledged so far has been received. */
    boolean isSettled() {
        return received.keySet().containsAll(acknowledged.keySet());
    }

    /** What was acknowledged and not received, each with where it is stored. */
    List<String> missing() {
        return acknowledged.entrySet().stream()
                .filter(message -> !received.containsKey(message.getKey()))
                .map(message -> message.getKey() + " (" + message.getValue() + ")")
                .sorted()
                .toList();
    }

    Balance balance() {
        Set<String> lost = new TreeSet<>(acknowledged.keySet());
        lost.removeAll(received.keySet());
        Set<String> unknown = new TreeSet<>(received.keySet());
        unknown.removeAll(tried);
        int duplicates =
                received.values().stream().mapToInt(count -> count.get() - 1).sum();
        return new Balance(tried.size(), acknowledged.size(), received.size(), duplicates, lost, unknown);
    }

    /**
     * The account at one moment.
     *
     * @param received distinct messages
     * @param duplicates deliveries beyond the first of each message
     * @param lost acknowledged, but not received
     * @param unknown received, but never sent
     */
    record Balance(int tried, int acknowledged, int received, int duplicates, Set<String> lost, Set<String> unknown) {

        @Override
        public String toString() {
            return "tried " + tried + ", acknowledged " + acknowledged + ", received " + received + ", lost "
                    + lost.size() + ", unknown " + unknown.size() + ", duplicated " + duplicates;
        }
    }
}
