package io.reliablemq.broker.replication;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Messages of one queue, to be stored by a master and looked for on a slave. */
final class ReplicatedMessages {

    static final QueueKey QUEUE = new QueueKey("orders", 0);

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);

    static AppendResult put(MessageStore store, String body) throws Exception {
        return append(store, body).get(20, TimeUnit.SECONDS);
    }

    static CompletableFuture<AppendResult> append(MessageStore store, String body) {
        CompletableFuture<AppendResult> result = new CompletableFuture<>();
        store.append(message(body.getBytes(StandardCharsets.UTF_8)), MessageStore.NO_ORIGIN, result::complete);
        return result;
    }

    static StoredMessage message(byte[] body) {
        return new StoredMessage(
                QUEUE.topic(), QUEUE.queueId(), 0, 0, 0, 0, 1L, HOST, 0, HOST, 0, 0, Map.of("TAGS", "a"), body);
    }

    /** What can be read, from the first message to the last. */
    static List<String> bodies(LogMessageStore store) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (long offset = store.minOffset(QUEUE); offset < store.maxOffset(QUEUE); ) {
            MessageStore.Selection selection = store.select(QUEUE, offset, 1000, 1 << 20, tag -> true);
            ByteBuffer bytes = ByteBuffer.allocate(selection.totalBytes());
            store.read(selection, bytes);
            for (StoredMessage message : MessageLayout.decodeAll(bytes.flip())) {
                bodies.add(new String(message.body(), StandardCharsets.UTF_8));
            }
            offset = selection.nextOffset();
        }
        return bodies;
    }

    private ReplicatedMessages() {}
}
