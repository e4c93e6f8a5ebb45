package io.reliablemq.broker.replication.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.CloseStack;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slave's state and its master's board, over a real socket; the test is the thread of the state. */
class WholeStateTest {

    private final CloseStack started = new CloseStack();
    private final ManualClock clock = new ManualClock();
    private final BlockingQueue<Runnable> owner = new LinkedBlockingQueue<>();
    private final StateBoard board = new StateBoard(() -> 100, clock, () -> {});
    private long committed = 40;
    private StateFollower follower;

    @BeforeEach
    void start() throws Exception {
        CommittedOffsets offsets = CommittedOffsets.load(file("offsets"), new MemoryStore(clock));
        StateRequests requests = new StateRequests(
                "broker-a", BrokerRole.SYNC_MASTER, "1-a", board, offsets, slave -> {}, Runnable::run);
        EventLoops loops = started.push(EventLoops.create("test-io", 1));
        RemotingServer server = started.push(new RemotingServer(loops, TransportSettings.defaults(), requests::follow));
        int port = server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .getPort();
        RemotingClient client = started.push(new RemotingClient(
                loops,
                TransportSettings.defaults(),
                (command, reply) -> reply.send(Command.failure(ResponseCode.SYSTEM_ERROR, "This is a test"))));
        follower = new StateFollower(
                new StateFollower.Parts(
                        client,
                        "broker-a",
                        new StateReader("replica", 1, "127.0.0.1:1"),
                        () -> "127.0.0.1:" + port,
                        () -> "1-a",
                        () -> committed,
                        TakenOffsets.load(file("offsets-taken"), offsets),
                        role -> {},
                        page -> {},
                        owner::add,
                        clock),
                Map.of("offsets", content -> {}));
    }

    @AfterEach
    void close() throws Exception {
        board.close();
        started.close();
    }

    private static AtomicFile file(String name) {
        return new AtomicFile(new SimulatedDisk(), Path.of("/state/" + name + ".json"));
    }

    /** Asks, and takes the answer; the master has to give one without waiting. */
    private void round() throws Exception {
        follower.doWork();
        Objects.requireNonNull(owner.poll(20, TimeUnit.SECONDS), "No answer").run();
        follower.doWork();
    }

    @Test
    void theStateIsWholeOnceTheMasterHasNoMoreOfItAndNothingWaits() throws Exception {
        board.post("offsets", new byte[1]);
        assertThat(follower.wholeUpTo()).isEqualTo(-1);

        round();
        assertThat(owner.poll(20, TimeUnit.SECONDS)).isNotNull().satisfies(Runnable::run);
        assertThat(follower.wholeUpTo())
                .as("while the page waits for a log that has come to 40 and not to 100")
                .isEqualTo(-1);

        committed = 100;
        follower.doWork();
        board.post("offsets", new byte[2]);
        Objects.requireNonNull(owner.poll(20, TimeUnit.SECONDS), "No answer").run();
        committed = 130;
        follower.doWork();
        Objects.requireNonNull(owner.poll(20, TimeUnit.SECONDS), "No answer").run();

        assertThat(follower.wholeUpTo()).isEqualTo(130);
    }
}
