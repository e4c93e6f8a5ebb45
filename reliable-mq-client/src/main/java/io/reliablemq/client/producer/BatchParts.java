package io.reliablemq.client.producer;

import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.PropertyNames;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Cuts messages into batches that brokers take: of one topic, one ordering key, and not larger than allowed. Pure functions. */
final class BatchParts {

    /** What brokers refuse in batches. */
    private static final List<String> NOT_IN_BATCHES = List.of(
            PropertyNames.DELAY_LEVEL,
            PropertyNames.TIMER_DELAY_SECONDS,
            PropertyNames.TIMER_DELAY_MILLIS,
            PropertyNames.TIMER_DELIVER_MILLIS);

    /** Messages that go in one request, with their places in what the caller gave. */
    record Part(List<Message> messages, List<Integer> places) {}

    /**
     * @param messages taken over
     * @param maxBytes largest body of a batch; a message that takes more on its own makes a part of its own
     * @throws IllegalArgumentException if there is none, or if one does not go into a batch with the first
     */
    static List<Part> of(List<Message> messages, int maxBytes) {
        requireOneTopic(messages);
        List<Part> parts = new ArrayList<>();
        Map<@Nullable String, List<Integer>> byKey = new LinkedHashMap<>();
        for (int i = 0; i < messages.size(); i++) {
            byKey.computeIfAbsent(messages.get(i).orderingKey(), key -> new ArrayList<>())
                    .add(i);
        }
        byKey.values().forEach(places -> cut(messages, places, maxBytes, parts));
        return parts;
    }

    private static void requireOneTopic(List<Message> messages) {
        if (messages.isEmpty()) {
            throw new IllegalArgumentException("The batch is empty; give it a message");
        }
        String topic = messages.get(0).topic();
        for (Message message : messages) {
            if (!message.topic().equals(topic)) {
                throw new IllegalArgumentException("The batch has messages for the topics '" + topic + "' and '"
                        + message.topic() + "'; send one batch for each topic");
            }
            if (NOT_IN_BATCHES.stream().anyMatch(name -> message.property(name) != null)) {
                throw new IllegalArgumentException("The batch for topic '" + topic
                        + "' has a message with a delay, which brokers do not take in batches; send it by itself");
            }
        }
    }

    private static void cut(List<Message> messages, List<Integer> places, int maxBytes, List<Part> parts) {
        List<Integer> taken = new ArrayList<>();
        long bytes = 0;
        for (int place : places) {
            int more = Payload.bytesInBatch(messages.get(place));
            if (!taken.isEmpty() && bytes + more > maxBytes) {
                parts.add(part(messages, taken));
                taken = new ArrayList<>();
                bytes = 0;
            }
            taken.add(place);
            bytes += more;
        }
        parts.add(part(messages, taken));
    }

    private static Part part(List<Message> messages, List<Integer> places) {
        return new Part(places.stream().map(messages::get).toList(), List.copyOf(places));
    }

    /** What the receipt of a part says of its message with that number. */
    static SendReceipt receipt(Part part, int number, SendReceipt whole) {
        String[] ids = whole.offsetMessageId().split(",");
        Message message = part.messages().get(number);
        return new SendReceipt(
                whole.status(),
                String.valueOf(message.uniqueId()),
                ids.length == part.messages().size() ? ids[number] : "",
                whole.topic(),
                whole.brokerName(),
                whole.queueId(),
                whole.queueOffset() < 0 ? -1 : whole.queueOffset() + number,
                null,
                whole.attempts());
    }

    private BatchParts() {}
}
