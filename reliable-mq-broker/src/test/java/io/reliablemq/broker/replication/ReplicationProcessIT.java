package io.reliablemq.broker.replication;

import static io.reliablemq.broker.replication.ReplicatedMessages.append;
import static io.reliablemq.broker.replication.ReplicatedMessages.bodies;
import static io.reliablemq.broker.replication.ReplicatedMessages.put;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.replication.feed.ReplicaState;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.StoreSettings.Replication;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A slave in a process of its own, which is paused and killed. */
class ReplicationProcessIT {

    private static final int WINDOW = 50;

    @TempDir
    private Path folder;

    private MasterNode master;
    private Process slave;

    @BeforeEach
    void start() throws Exception {
        master = new MasterNode(
                MasterNode.settings(folder.resolve("master"))
                        .withReplication(Replication.inSync(2, Duration.ofSeconds(1), false)),
                ReplicationSettings.DEFAULT,
                0,
                (where, error) -> {});
        startSlave();
    }

    @AfterEach
    void stop() throws Exception {
        slave.destroyForcibly().waitFor();
        master.close();
    }

    @Test
    void sendsAreNoSuccessWhileTheSlavesProcessIsPaused() throws Exception {
        assertThat(put(master.store, "before").status()).isEqualTo(Status.COMMITTED);

        signal("STOP");
        AppendResult first = put(master.store, "first");
        eventually().until(() -> master.feeds.replicas().stream().noneMatch(ReplicaState::inSync));
        AppendResult second = put(master.store, "second");

        assertThat(first.status()).isEqualTo(Status.REPLICA_TIMEOUT);
        assertThat(second.status()).isEqualTo(Status.NO_REPLICA);
        assertThat(bodies(master.store)).containsExactly("before");
        signal("CONT");
        eventually().untilAsserted(() -> assertThat(bodies(master.store)).containsExactly("before", "first", "second"));
        assertThat(put(master.store, "after").status()).isEqualTo(Status.COMMITTED);
    }

    @Test
    void whatIsAcknowledgedIsOnASlaveThatIsKilledAndPromoted() throws Exception {
        // In windows, so that also a slow slave confirms in time.
        List<CompletableFuture<AppendResult>> answers = new ArrayList<>();
        AtomicInteger committed = new AtomicInteger();
        while (committed.get() < 1_000) {
            assertThat(answers).as("messages sent").hasSizeLessThan(20_000);
            for (int i = 0; i < WINDOW; i++) {
                answers.add(append(master.store, "message " + answers.size()));
            }
            for (CompletableFuture<AppendResult> answer : answers.subList(answers.size() - WINDOW, answers.size())) {
                if (answer.get(20, TimeUnit.SECONDS).status() == Status.COMMITTED) {
                    committed.incrementAndGet();
                }
            }
        }
        for (int i = 0; i < 500; i++) {
            answers.add(append(master.store, "message " + answers.size()));
            if (i == 250) {
                slave.destroyForcibly().waitFor();
            }
        }
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < answers.size(); i++) {
            if (answers.get(i).get(20, TimeUnit.SECONDS).status() == Status.COMMITTED) {
                acknowledged.add("message " + i);
            }
        }

        try (MasterNode promoted = new MasterNode(
                MasterNode.settings(folder.resolve("slave")).withReplication(Replication.LOCAL),
                ReplicationSettings.DEFAULT,
                0,
                (where, error) -> {})) {
            List<String> found = bodies(promoted.store);
            System.out.printf(
                    "%d sent, %d acknowledged, %d on the slave%n", answers.size(), acknowledged.size(), found.size());
            assertThat(acknowledged).hasSizeGreaterThanOrEqualTo(1_000);
            assertThat(found)
                    .containsSubsequence(acknowledged.toArray(String[]::new))
                    .doesNotHaveDuplicates();
        }
    }

    private void startSlave() throws Exception {
        slave = SlaveProcess.start(folder.resolve("slave"), master.address());
        eventually().until(() -> master.feeds.replicas().stream().anyMatch(ReplicaState::inSync));
    }

    private void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("sh", "-c", "kill -" + name + " " + slave.pid())
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).as("SIG" + name + " was sent").isZero();
    }

    private static ConditionFactory eventually() {
        return await().atMost(Duration.ofSeconds(30));
    }
}
