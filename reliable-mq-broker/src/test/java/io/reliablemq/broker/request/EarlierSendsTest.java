package io.reliablemq.broker.request;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.TestReply;
import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What is remembered of messages that were answered before they were safe: a master without its slave may take many. */
class EarlierSendsTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private final ReadThreads readThreads = new ReadThreads((where, error) -> {
        throw new AssertionError(where, error);
    });
    private long committed;
    private long safe;
    private int questions;
    private final MessageStore store = (MessageStore) Proxy.newProxyInstance(
            MessageStore.class.getClassLoader(), new Class<?>[] {MessageStore.class}, (proxy, method, arguments) -> {
                return switch (method.getName()) {
                    case "positions" -> new MessageStore.Positions(0, 1 << 30, 1 << 30, committed);
                    case "safe" -> {
                        questions++;
                        yield safe;
                    }
                    case "query" -> new MessageStore.QueryResult(List.of(new MessageStore.Entry(700, 1)), 1, 0, 0);
                    case "readAt" -> message(7, 700);
                    default -> method.invoke(new MemoryStore(new ManualClock()), arguments);
                };
            });
    private final EarlierSends earlier = new EarlierSends(store, readThreads);
    private final List<EarlierSends.Held> found = new ArrayList<>();

    @AfterEach
    void close() {
        readThreads.close();
    }

    private static StoredMessage message(int number) {
        return message(number, 0);
    }

    private static StoredMessage message(int number, long position) {
        return new StoredMessage(
                "orders",
                3,
                0,
                position,
                0,
                0,
                1,
                HOST,
                0,
                HOST,
                0,
                0,
                Map.of(PropertyNames.UNIQUE_ID, "id" + number, "large", "x".repeat(1_000)),
                new byte[1_000]);
    }

    private void sent(int number, Status status) {
        AppendListener listener = earlier.noted(message(number), result -> {});
        listener.done(new AppendResult(status, 100L * number, number, ""));
    }

    private EarlierSends.Held find(int number) {
        earlier.find(message(number), new TestReply(), new EarlierSends.Next() {
            @Override
            public void held(EarlierSends.Held held) {
                found.add(held);
            }

            @Override
            public void unknown() {
                throw new AssertionError("It is held");
            }
        });
        return found.get(found.size() - 1);
    }

    @Test
    void remembersWhatTheAnswerNeedsAndNotTheMessage() {
        sent(7, Status.NO_REPLICA);

        EarlierSends.Held held = find(7);

        assertThat(held.result().status()).isEqualTo(Status.NO_REPLICA);
        assertThat(held.result().position()).isEqualTo(700);
        assertThat(held.first().body()).isEmpty();
        assertThat(held.first().properties()).containsOnlyKeys(PropertyNames.UNIQUE_ID);
        assertThat(held.first().queueId()).isEqualTo(3);
    }

    @Test
    void whatCannotBecomeSafeDoesNotFillTheMemory() {
        int more = EarlierSends.MAX_LATE + 100;
        for (int i = 0; i < more; i++) {
            sent(i, Status.NO_REPLICA);
        }

        assertThat(earlier.remembered()).isEqualTo(EarlierSends.MAX_LATE);
        assertThat(find(more - 1).result().queueOffset()).isEqualTo(more - 1);
        assertThat(questions).as("looks at whether one is safe by now").isLessThan(3 * more);
    }

    @Test
    void whatHasBecomeSafeIsForgotten() {
        for (int i = 0; i < 1_000; i++) {
            sent(i, Status.REPLICA_TIMEOUT);
        }
        assertThat(earlier.remembered()).isEqualTo(1_000);

        safe = 100_000;
        sent(1_000, Status.REPLICA_TIMEOUT);

        assertThat(earlier.remembered()).isEqualTo(1);
    }

    private Status statusOfWhatIsInTheLog() throws Exception {
        CompletableFuture<Status> status = new CompletableFuture<>();
        earlier.find(message(7), new TestReply(), new EarlierSends.Next() {
            @Override
            public void held(EarlierSends.Held held) {
                status.complete(held.result().status());
            }

            @Override
            public void unknown() {
                status.completeExceptionally(new AssertionError("It is held"));
            }
        });
        return status.get(20, TimeUnit.SECONDS);
    }

    /** Its other copy may have gone with the old master. */
    @Test
    void whatCountsSinceAPromotionIsNotCalledSafeBeforeAReplicaHasIt() throws Exception {
        committed = 1_000;
        safe = 700;
        assertThat(statusOfWhatIsInTheLog()).isEqualTo(Status.NO_REPLICA);

        safe = 701;
        assertThat(statusOfWhatIsInTheLog()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void whatIsSafeAtOnceIsNotRemembered() {
        sent(1, Status.COMMITTED);
        sent(2, Status.CLOSED);

        assertThat(earlier.remembered()).isZero();
    }
}
