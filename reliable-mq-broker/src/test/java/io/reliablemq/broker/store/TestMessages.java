package io.reliablemq.broker.store;

import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Messages to store, and ways to wait for the store. */
final class TestMessages {

    static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    static StoredMessage message(String topic, int queueId, String body) {
        return message(topic, queueId, body.getBytes(StandardCharsets.UTF_8), Map.of());
    }

    static StoredMessage tagged(String topic, int queueId, String body, String tag) {
        return message(topic, queueId, body.getBytes(StandardCharsets.UTF_8), Map.of(PropertyNames.TAGS, tag));
    }

    static StoredMessage message(String topic, int queueId, byte[] body, Map<String, String> properties) {
        return new StoredMessage(topic, queueId, 0, 0, 0, 0, 1L, HOST, 0, HOST, 0, 0, properties, body);
    }

    static CompletableFuture<AppendResult> append(MessageStore store, StoredMessage message) {
        CompletableFuture<AppendResult> result = new CompletableFuture<>();
        store.append(message, MessageStore.NO_ORIGIN, result::complete);
        return result;
    }

    static AppendResult put(MessageStore store, StoredMessage message) throws Exception {
        return append(store, message).get(20, TimeUnit.SECONDS);
    }

    static String body(StoredMessage message) {
        return new String(message.body(), StandardCharsets.UTF_8);
    }

    /** Reads a queue from its first message to its last, through selection and read. */
    static java.util.List<String> bodies(MessageStore store, QueueKey queue) throws Exception {
        java.util.List<String> bodies = new java.util.ArrayList<>();
        long offset = store.minOffset(queue);
        while (offset < store.maxOffset(queue)) {
            MessageStore.Selection selection = store.select(queue, offset, 32, 1 << 20, tag -> true);
            ByteBuffer bytes = ByteBuffer.allocate(selection.totalBytes());
            store.read(selection, bytes);
            for (StoredMessage message : io.reliablemq.protocol.message.MessageLayout.decodeAll(bytes.flip())) {
                org.assertj.core.api.Assertions.assertThat(message.queueOffset())
                        .isEqualTo(offset++);
                bodies.add(body(message));
            }
        }
        return bodies;
    }

    private TestMessages() {}
}
