package io.reliablemq.broker.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.TestConnection;
import io.reliablemq.broker.TestReply;
import io.reliablemq.broker.replication.feed.ReplicaFeeds;
import io.reliablemq.broker.replication.wire.AttachRequest;
import io.reliablemq.broker.replication.wire.Confirmation;
import io.reliablemq.broker.replication.wire.LogData;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What a master has acknowledged can be read from its slave although the master is killed right after the answer: the
 * slave was told before that it is committed.
 */
class ToldBeforeAnsweredTest {

    private static final String REPLICA = "replica";

    private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();
    private final ErrorSink errors = (where, failure) -> failures.add(failure);
    private final SimulatedDisk disk = new SimulatedDisk();
    private final TestReply reply = new TestReply();
    private final TestConnection toReplica = (TestConnection) reply.connection();
    private LogMessageStore store;
    private ReplicaFeeds feeds;

    @BeforeEach
    void attachReplica() throws Exception {
        store = LogMessageStore.open(MasterNode.settings(Path.of("/data")), disk, Clock.SYSTEM, errors);
        feeds = new ReplicaFeeds(
                store.feed(),
                store.id(),
                MasterNode.IDENTITY,
                ReplicationSettings.DEFAULT,
                Clock.SYSTEM,
                errors,
                (agent, sink) -> new NoTurn());
        feeds.start();
        long end = store.positions().written();
        AttachRequest attach = new AttachRequest(
                MasterNode.IDENTITY.cluster(),
                MasterNode.IDENTITY.brokerName(),
                REPLICA,
                end,
                store.feed().epochs());
        feeds.attach(attach.command(), reply);
        confirm(end);
    }

    @AfterEach
    void close() throws Exception {
        feeds.close();
        store.close();
        assertThat(failures).isEmpty();
    }

    @Test
    void whereTheReplicaIsTheLastToHaveIt() throws Exception {
        CompletableFuture<Answered> answer = append();
        long end = sentTo();
        await().until(() -> store.positions().flushed() == end);
        assertThat(answer).isNotDone();

        confirm(end);

        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(new Answered(Status.COMMITTED, end));
    }

    @Test
    void whereTheMastersDiskIsTheLastToHaveIt() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        CountDownLatch forcing = disk.holdForces(gate);
        CompletableFuture<Answered> answer = append();
        assertThat(forcing.await(10, TimeUnit.SECONDS)).isTrue();
        long end = sentTo();
        confirm(end);
        assertThat(answer).isNotDone();
        assertThat(toldCommitted()).isLessThan(end);

        gate.countDown();

        assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(new Answered(Status.COMMITTED, end));
        assertThat(toReplica.executed())
                .as("steps on the event loop that the replica is told on")
                .isEqualTo(1);
    }

    /** The thread that feeds replicas is busy elsewhere: what is told before an answer does not depend on it. */
    private static final class NoTurn implements AgentHost.RunningAgent {

        @Override
        public AgentHost.RunningAgent start() {
            return this;
        }

        @Override
        public void signal() {}

        @Override
        public void close() {}
    }

    /**
     * @param told how far the replica was told that the log is committed, at the moment of the answer
     */
    private record Answered(Status status, long told) {}

    private CompletableFuture<Answered> append() {
        CompletableFuture<Answered> answered = new CompletableFuture<>();
        store.append(
                ReplicatedMessages.message("message".getBytes(StandardCharsets.UTF_8)),
                MessageStore.NO_ORIGIN,
                (AppendResult result) -> answered.complete(new Answered(result.status(), toldCommitted())));
        return answered;
    }

    /** Waits until records were sent. @return where they end */
    private long sentTo() {
        await().until(() -> toReplica.sent().stream().map(LogData::read).anyMatch(LogData::hasRecords));
        return store.positions().written();
    }

    private long toldCommitted() {
        return toReplica.sent().stream()
                .mapToLong(sent -> LogData.read(sent).committed())
                .max()
                .orElse(-1);
    }

    private void confirm(long position) {
        feeds.confirm(new Confirmation(position).command(), reply);
    }
}
