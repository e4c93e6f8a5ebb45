package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.conformance.crash.SentMessages.Acknowledged;
import io.reliablemq.conformance.port.IncomingMessage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The stored messages of a topic, put together from what all groups were given: which message stands at which offset of
 * which queue. Whoever reads an offset, before a crash or after it, must find the same message. Thread-safe.
 */
final class TopicImage {

    private static final int MOST_ATTEMPTS = 3;

    private final String topic;
    private final Map<Integer, NavigableMap<Long, String>> queues = new TreeMap<>();
    private final List<String> contradictions = new ArrayList<>();

    TopicImage(String topic) {
        this.topic = topic;
    }

    /** Whether it is a copy for another attempt, which stands in another topic than its message says. */
    static boolean isRetry(IncomingMessage message) {
        return message.reconsumeTimes() > 0 && !message.topic().startsWith("%DLQ%");
    }

    /** A message as it was delivered. Retries are left out. */
    synchronized void seen(IncomingMessage message, String id) {
        if (isRetry(message)) {
            return;
        }
        String known = queues.computeIfAbsent(message.queueId(), queue -> new TreeMap<>())
                .putIfAbsent(message.queueOffset(), id);
        if (known != null && !known.equals(id)) {
            contradictions.add("queue " + message.queueId() + " offset " + message.queueOffset() + ": first " + known
                    + ", then " + id);
        }
    }

    synchronized int size() {
        return queues.values().stream().mapToInt(Map::size).sum();
    }

    /** This one, read later and perhaps from a later offset, holds what the other one holds there, and its end. */
    synchronized void requireTheNewestOf(TopicImage whole) {
        synchronized (whole) {
            assertThat(contradictions)
                    .as("offsets of " + topic + " with two messages")
                    .isEmpty();
            assertThat(queues.keySet()).isEqualTo(whole.queues.keySet());
            queues.forEach((queueId, queue) -> {
                NavigableMap<Long, String> all = whole.queues.get(queueId);
                assertThat(queue.lastKey()).as("end of queue " + queueId).isEqualTo(all.lastKey());
                assertThat(all.entrySet()).as("queue " + queueId).containsAll(queue.entrySet());
            });
        }
    }

    synchronized List<String> messages() {
        return queues.values().stream()
                .flatMap(queue -> queue.values().stream())
                .toList();
    }

    /** Nobody was given two different messages for one offset, and no offset is missing. */
    synchronized void requireWhole() {
        assertThat(contradictions)
                .as("offsets of " + topic + " with two messages")
                .isEmpty();
        queues.forEach((queueId, queue) -> {
            assertThat(queue.firstKey()).as("first offset of queue " + queueId).isZero();
            assertThat(queue.lastKey()).as("last offset of queue " + queueId).isEqualTo(queue.size() - 1L);
        });
    }

    /** In each queue, the numbers of a producer go up; only a message that was sent again may come twice. */
    synchronized void requireOrder() {
        queues.forEach((queueId, queue) -> {
            Map<String, Long> last = new HashMap<>();
            queue.forEach((offset, id) -> {
                long number = ProducerThread.numberOf(id);
                Long before = last.put(ProducerThread.producerOf(id), number);
                assertThat(before == null || before <= number)
                        .as("queue %d offset %d: %s behind number %s", queueId, offset, id, before)
                        .isTrue();
            });
        });
    }

    /** What was acknowledged is there where its receipt says, and twice only if it was sent again after a failure. */
    synchronized void requireOriginals(Collection<Acknowledged> acknowledged, boolean atTheirReceipts) {
        Map<String, Integer> copies = new HashMap<>();
        messages().forEach(id -> copies.merge(id, 1, Integer::sum));
        for (Acknowledged message : acknowledged) {
            int count = copies.getOrDefault(message.id(), 0);
            assertThat(count).as("copies of %s", message).isBetween(1, message.undisturbed() ? 1 : MOST_ATTEMPTS);
            if (atTheirReceipts) {
                assertThat(queues.get(message.receipt().queueId()))
                        .as("queue of %s", message)
                        .containsEntry(message.receipt().queueOffset(), message.id());
            }
        }
        copies.forEach((id, count) -> assertThat(count).as("copies of " + id).isLessThanOrEqualTo(MOST_ATTEMPTS));
    }
}
