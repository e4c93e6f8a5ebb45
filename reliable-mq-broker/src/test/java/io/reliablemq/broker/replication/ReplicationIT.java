package io.reliablemq.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and a slave over a real socket. */
class ReplicationIT {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 10911);
    private static final QueueKey QUEUE = new QueueKey("orders", 0);

    @TempDir
    private Path folder;

    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final List<AutoCloseable> opened = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    @Test
    void answersOnceTheSlaveHasFlushed() throws Exception {
        MasterNode master = master();
        SlaveNode slave = slave(master);
        awaitFollowing(master);

        for (int i = 0; i < 100; i++) {
            AppendResult result = put(master.store, "message " + i);

            assertThat(result.status()).isEqualTo(Status.COMMITTED);
            assertThat(slave.store().positions().flushed()).isGreaterThan(result.position());
        }

        assertThat(bodies(master.store)).hasSize(100);
        await().untilAsserted(() -> assertThat(bodies(slave.store())).isEqualTo(bodies(master.store)));
        assertThat(errors).isEmpty();
    }

    private MasterNode master() throws Exception {
        return master(MasterNode.settings(folder.resolve("master")), 0);
    }

    private MasterNode master(StoreSettings settings, int port) throws Exception {
        MasterNode master =
                new MasterNode(settings, ReplicationSettings.DEFAULT, port, (where, error) -> errors.add(error));
        opened.add(master);
        return master;
    }

    private SlaveNode slave(MasterNode master) throws Exception {
        SlaveNode slave = new SlaveNode(
                SlaveNode.settings(folder.resolve("slave")),
                ReplicationSettings.DEFAULT,
                master::address,
                (where, error) -> errors.add(error));
        opened.add(slave);
        return slave;
    }

    private static void awaitFollowing(MasterNode master) {
        await().atMost(Duration.ofSeconds(20))
                .until(() -> !master.feeds.replicas().isEmpty()
                        && master.feeds.replicas().get(0).inSync());
    }

    private static AppendResult put(MessageStore store, String body) throws Exception {
        return append(store, body).get(20, TimeUnit.SECONDS);
    }

    private static CompletableFuture<AppendResult> append(MessageStore store, String body) {
        CompletableFuture<AppendResult> result = new CompletableFuture<>();
        store.append(message(body), MessageStore.NO_ORIGIN, result::complete);
        return result;
    }

    private static StoredMessage message(String body) {
        return new StoredMessage(
                QUEUE.topic(),
                QUEUE.queueId(),
                0,
                0,
                0,
                0,
                1L,
                HOST,
                0,
                HOST,
                0,
                0,
                Map.of("KEYS", body),
                body.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> bodies(LogMessageStore store) throws Exception {
        List<String> bodies = new ArrayList<>();
        for (long offset = store.minOffset(QUEUE); offset < store.maxOffset(QUEUE); ) {
            MessageStore.Selection selection = store.select(QUEUE, offset, 32, 1 << 20, tag -> true);
            ByteBuffer bytes = ByteBuffer.allocate(selection.totalBytes());
            store.read(selection, bytes);
            for (StoredMessage message : MessageLayout.decodeAll(bytes.flip())) {
                bodies.add(new String(message.body(), StandardCharsets.UTF_8));
            }
            offset = selection.nextOffset();
        }
        return bodies;
    }
}
