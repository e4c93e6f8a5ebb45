package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.append;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.store.StoreSettings.Replication;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Whether a caller is told that nobody else was committed with it, and so may take the time to answer by itself. */
class CommittedAloneTest {

    @Test
    void oneIsAloneAndThoseThatPassTogetherAreNot() throws Exception {
        try (LogMessageStore store = LogMessageStore.open(
                StoreSettings.in(Path.of("/data")).withReplication(Replication.inSync(2, Duration.ofMinutes(1), false)),
                new SimulatedDisk(),
                Clock.SYSTEM,
                (where, error) -> {
                    throw new AssertionError(where, error);
                })) {
            store.feed().awaitReplicasIf(() -> true);
            List<CompletableFuture<AppendResult>> both = new ArrayList<>();
            for (String body : List.of("a", "b")) {
                long before = store.positions().flushed();
                both.add(append(store, message("orders", 0, body)));
                await().until(() -> store.positions().flushed() > before);
            }
            assertThat(both).noneMatch(CompletableFuture::isDone);

            store.feed().replicated(Long.MAX_VALUE);

            assertThat(both).noneMatch(result -> result.join().alone());
            assertThat(put(store, message("orders", 0, "c")).alone()).isTrue();
        }
    }
}
