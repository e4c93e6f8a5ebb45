package io.reliablemq.broker.store;

import static io.reliablemq.broker.store.TestMessages.bodies;
import static io.reliablemq.broker.store.TestMessages.message;
import static io.reliablemq.broker.store.TestMessages.put;
import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.StoreSettings.Replication;
import io.reliablemq.broker.store.file.SimulatedDisk;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What a master that waits for replicas shows after its process was killed, before a replica is there. */
class ShownAfterKillTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);

    private final KeeperByHand keeper = new KeeperByHand();

    private LogMessageStore open(SimulatedDisk disk) throws Exception {
        return LogMessageStore.open(
                StoreSettings.in(Path.of("/data")).withReplication(Replication.inSync(2, Duration.ofSeconds(3), false)),
                disk,
                new ManualClock(),
                (where, error) -> {
                    throw new AssertionError(where, error);
                },
                keeper);
    }

    @Test
    void whoeverStoresStateOfCommittedMessagesFindsThemAgain() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedDisk left;
        try (LogMessageStore store = open(disk)) {
            store.feed().awaitReplicasIf(() -> true);
            store.feed().replicated(Long.MAX_VALUE);
            assertThat(put(store, message("orders", 0, "a")).status()).isEqualTo(Status.COMMITTED);
            store.flush();
            left = disk.copy();
        }

        try (LogMessageStore again = open(left)) {
            assertThat(bodies(again, QUEUE)).containsExactly("a");
        }
    }

    @Test
    void whatNoReplicaHasStaysHidden() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        SimulatedDisk left;
        try (LogMessageStore store = open(disk)) {
            assertThat(put(store, message("orders", 0, "a")).status()).isEqualTo(Status.NO_REPLICA);
            store.flush();
            left = disk.copy();
        }

        try (LogMessageStore again = open(left)) {
            assertThat(bodies(again, QUEUE)).isEmpty();
            again.feed().replicated(Long.MAX_VALUE);
            assertThat(bodies(again, QUEUE)).containsExactly("a");
        }
    }

    @Test
    void whatCountsByDecisionIsShownAndNotSafeBeforeAReplicaHasIt() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        try (LogMessageStore store = open(disk)) {
            put(store, message("orders", 0, "a"));
            long end = store.positions().written();
            store.feed().decided(end);
            assertThat(bodies(store, QUEUE)).containsExactly("a");
            assertThat(store.safe()).isZero();
        }

        // A restart forgets neither.
        try (LogMessageStore again = open(disk)) {
            assertThat(bodies(again, QUEUE)).containsExactly("a");
            assertThat(again.safe()).isZero();
            again.feed().replicated(again.positions().written());
            assertThat(again.safe()).isEqualTo(again.positions().written());
        }
    }

    @Test
    void aStoreThatWaitsForNobodyCallsSafeWhatIsCommitted() throws Exception {
        try (LogMessageStore store = LogMessageStore.open(
                StoreSettings.in(Path.of("/data")),
                new SimulatedDisk(),
                new ManualClock(),
                (where, error) -> {
                    throw new AssertionError(where, error);
                },
                keeper)) {
            put(store, message("orders", 0, "a"));
            assertThat(store.safe()).isPositive().isEqualTo(store.positions().committed());
        }
    }
}
