package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.append;
import static io.reliablemq.broker.store.TestMessages.message;
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
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** Whether those who are committed together are told in one go, so that their answers can leave together. */
class ToldTogetherTest {

    @Test
    void callersOfOneCommitAreToldInOneGo() throws Exception {
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
            List<Long> toldInOneGo = new CopyOnWriteArrayList<>();
            store.tellThrough(telling -> {
                long before = told(both);
                telling.run();
                toldInOneGo.add(told(both) - before);
            });

            store.feed().replicated(Long.MAX_VALUE);

            assertThat(toldInOneGo).containsExactly(2L);
        }
    }

    private static long told(List<CompletableFuture<AppendResult>> appends) {
        return appends.stream().filter(CompletableFuture::isDone).count();
    }
}
