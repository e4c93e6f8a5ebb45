package io.reliablemq.broker.replication.state;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.Reply;
import io.reliablemq.protocol.transport.TransportSettings;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A slave's state beside a master over a real socket; the test is the thread that owns it. */
class StateFollowerTest {

    private final ManualClock clock = new ManualClock();
    private final EventLoops loops = EventLoops.create("test", 1);
    private final BlockingQueue<Runnable> tasks = new LinkedBlockingQueue<>();
    private final List<String> used = new ArrayList<>();
    private final BlockingQueue<Command> requests = new LinkedBlockingQueue<>();
    private final BlockingQueue<Reply> replies = new LinkedBlockingQueue<>();
    private RemotingClient client;
    private RemotingServer server;
    private StateFollower follower;
    private @Nullable String followed = "1-a";
    private long committed;

    @BeforeEach
    void start() throws Exception {
        client = new RemotingClient(loops, TransportSettings.defaults(), (request, reply) -> {});
        server = new RemotingServer(loops, TransportSettings.defaults(), (request, reply) -> {
            requests.add(request);
            replies.add(reply);
        });
        String master = "127.0.0.1:"
                + server.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                        .getPort();
        SimulatedDisk disk = new SimulatedDisk();
        CommittedOffsets offsets =
                CommittedOffsets.load(new AtomicFile(disk, Path.of("/state/offsets.json")), new MemoryStore(clock));
        StateFollower.Parts parts = new StateFollower.Parts(
                client,
                "broker-a",
                new StateReader("slave", 1, "127.0.0.1:1"),
                () -> master,
                () -> followed,
                () -> committed,
                TakenOffsets.load(new AtomicFile(disk, Path.of("/state/offsets-taken.json")), offsets),
                role -> {},
                page -> {},
                tasks::add,
                clock);
        follower = new StateFollower(
                parts, Map.of("offsets", content -> used.add(new String(content, StandardCharsets.UTF_8))));
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
        loops.close();
    }

    private static StatePage offsets(String content, long position) {
        return new StatePage("offsets", content + "-1", position, content.getBytes(StandardCharsets.UTF_8));
    }

    /** The master answers what it was asked, and the slave hears it. */
    private void answer(String epoch, StatePage... pages) throws Exception {
        Objects.requireNonNull(replies.poll(20, TimeUnit.SECONDS))
                .send(Command.success(
                        Map.of("masterRole", "ASYNC_MASTER", "epoch", epoch), StatePages.encode(List.of(pages))));
        Objects.requireNonNull(tasks.poll(20, TimeUnit.SECONDS)).run();
    }

    @Test
    void usesWhatTheMasterOfItsLogHas() throws Exception {
        follower.doWork();
        answer("1-a", offsets("of the master", 0));
        follower.doWork();

        assertThat(used).containsExactly("of the master");
        assertThat(follower.isLinked()).isTrue();
    }

    /** What nobody has told yet, or what still waits for the log, may be a group that the master keeps messages for. */
    @Test
    void isCurrentOnceNothingWaitsThatTheMasterHasTold() throws Exception {
        follower.doWork();
        assertThat(follower.isCurrent()).isFalse();
        answer("1-a", offsets("with one group more", 100));
        assertThat(follower.isLinked()).isTrue();
        assertThat(follower.isCurrent()).isFalse();

        committed = 100;
        follower.doWork();
        assertThat(used).containsExactly("with one group more");
        assertThat(follower.isCurrent()).isTrue();
        answer("1-a");

        followed = "2-c";
        follower.doWork();
        assertThat(follower.isCurrent()).isFalse();
        answer("2-c");
        assertThat(follower.isCurrent()).isTrue();
    }

    @Test
    void takesNothingFromAMasterWhoseLogIsAnother() throws Exception {
        follower.doWork();
        answer("1-b", offsets("of an empty master", 0));
        follower.doWork();

        assertThat(used).isEmpty();
        assertThat(follower.isLinked()).isFalse();

        clock.pass(Duration.ofSeconds(1));
        follower.doWork();
        answer("1-a", offsets("of the master", 0));
        follower.doWork();
        assertThat(used).containsExactly("of the master");
    }

    @Test
    void takesNothingThatComesAfterTheLogHasStoppedFollowing() throws Exception {
        follower.doWork();
        followed = null;
        answer("1-a", offsets("of the master", 0));
        follower.doWork();

        assertThat(used).isEmpty();
        assertThat(follower.isLinked()).isFalse();
    }

    @Test
    void whatWaitsForTheLogOfOneTermIsVoidInTheNext() throws Exception {
        follower.doWork();
        answer("1-a", offsets("of the term before", 100));
        follower.doWork();
        answer("1-a");
        assertThat(requests)
                .last()
                .satisfies(request -> assertThat(request.fields()).containsKey("known.offsets"));

        followed = "2-c";
        committed = 200;
        follower.doWork();
        answer("2-c");

        assertThat(used).isEmpty();
        assertThat(requests)
                .last()
                .satisfies(request -> assertThat(request.fields()).doesNotContainKey("known.offsets"));
    }
}
