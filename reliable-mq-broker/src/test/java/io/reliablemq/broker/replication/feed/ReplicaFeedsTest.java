package io.reliablemq.broker.replication.feed;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.TestReply;
import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.ReplicationSettings;
import io.reliablemq.broker.replication.wire.AttachRequest;
import io.reliablemq.broker.replication.wire.Confirmation;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.ReplicatedLog;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.AgentHost;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import java.lang.reflect.Proxy;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a master keeps for its replicas, and whom it takes for one. */
class ReplicaFeedsTest {

    private static final BrokerIdentity IDENTITY = new BrokerIdentity("lab", "broker-a");
    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);
    private static final ErrorSink ERRORS = (where, error) -> {
        throw new AssertionError(where, error);
    };

    private final ManualClock clock = new ManualClock();
    private final TestReply reply = new TestReply();
    private LogMessageStore store;
    private ReplicaFeeds feeds;
    private LongSupplier keptFrom;

    @BeforeEach
    void open() throws Exception {
        store = LogMessageStore.open(
                StoreSettings.in(Path.of("/data")).withPreallocateBytes(0), new SimulatedDisk(), Clock.SYSTEM, ERRORS);
        ReplicatedLog log = (ReplicatedLog) Proxy.newProxyInstance(
                ReplicatedLog.class.getClassLoader(),
                new Class<?>[] {ReplicatedLog.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("keepFrom")) {
                        keptFrom = (LongSupplier) arguments[0];
                        return null;
                    }
                    return method.invoke(store.feed(), arguments);
                });
        feeds = new ReplicaFeeds(
                log,
                store.id(),
                IDENTITY,
                ReplicationSettings.DEFAULT,
                clock,
                ERRORS,
                (agent, errors) -> new NeverRunning());
        feeds.start();
    }

    @AfterEach
    void close() throws Exception {
        feeds.close();
        store.close();
    }

    /** Its disk is full, or has failed; it says all the time that it is there. */
    @Test
    void theLogIsNotKeptForEverForAReplicaThatIsThereAndStuck() throws Exception {
        attach();
        long start = store.positions().written();
        confirm(start);
        clock.pass(Duration.ofDays(1));
        assertThat(keptFrom.getAsLong())
                .as("idle, and therefore not stuck, however long")
                .isEqualTo(start);
        put();

        clock.pass(Duration.ofMinutes(9));
        confirm(start);
        assertThat(keptFrom.getAsLong()).isEqualTo(start);
        clock.pass(Duration.ofMinutes(2));
        confirm(start);
        assertThat(keptFrom.getAsLong()).isEqualTo(Long.MAX_VALUE);

        long end = store.positions().written();
        confirm(end);
        assertThat(keptFrom.getAsLong()).as("it goes on").isEqualTo(end);
    }

    private void attach() {
        AttachRequest attach = new AttachRequest(
                IDENTITY.cluster(),
                IDENTITY.brokerName(),
                "replica",
                store.positions().written(),
                store.feed().epochs());
        feeds.attach(attach.command(), reply);
    }

    private void confirm(long position) {
        feeds.confirm(new Confirmation(position).command(), reply);
    }

    private void put() throws Exception {
        CompletableFuture<Object> done = new CompletableFuture<>();
        store.append(
                new StoredMessage("orders", 0, 0, 0, 0, 0, 1, HOST, 0, HOST, 0, 0, Map.of(), new byte[100]),
                MessageStore.NO_ORIGIN,
                done::complete);
        done.get(20, TimeUnit.SECONDS);
    }

    /** The test needs no turn of the agent: what is written is sent by the thread that wrote it. */
    private static final class NeverRunning implements AgentHost.RunningAgent {

        @Override
        public AgentHost.RunningAgent start() {
            return this;
        }

        @Override
        public void signal() {}

        @Override
        public void close() {}
    }
}
