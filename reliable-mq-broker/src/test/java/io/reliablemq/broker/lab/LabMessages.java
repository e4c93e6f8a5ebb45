package io.reliablemq.broker.lab;

import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Makes messages of all sizes, each with its number at the start of its body. */
final class LabMessages {

    static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    private static final int MAX_BODY = 3000;
    private static final int MAX_BODY_IN_BATCH = 400;
    private static final int TOPICS = 3;
    private static final int QUEUES = 2;
    private static final String[] TAGS = {"paid", "sent"};

    private final Random chance;

    LabMessages(Random chance) {
        this.chance = chance;
    }

    /** Messages of one queue, numbered from {@code first} on. */
    List<StoredMessage> batch(int first, int count) {
        String topic = "topic" + chance.nextInt(TOPICS);
        int queueId = chance.nextInt(QUEUES);
        List<StoredMessage> batch = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            batch.add(message(topic, queueId, first + i, length(count == 1 ? MAX_BODY : MAX_BODY_IN_BATCH)));
        }
        return batch;
    }

    private StoredMessage message(String topic, int queueId, int number, int length) {
        String body = number + " " + "x".repeat(length);
        Map<String, String> properties =
                chance.nextInt(3) == 0 ? Map.of() : Map.of(PropertyNames.TAGS, TAGS[chance.nextInt(TAGS.length)]);
        return new StoredMessage(
                topic,
                queueId,
                0,
                0,
                0,
                0,
                number,
                HOST,
                0,
                HOST,
                0,
                0,
                properties,
                body.getBytes(StandardCharsets.ISO_8859_1));
    }

    private int length(int most) {
        return switch (chance.nextInt(8)) {
            case 0 -> 0;
            case 1 -> chance.nextInt(most);
            default -> chance.nextInt(most / 10);
        };
    }

    <T> T pick(List<T> from) {
        return from.get(chance.nextInt(from.size()));
    }
}
