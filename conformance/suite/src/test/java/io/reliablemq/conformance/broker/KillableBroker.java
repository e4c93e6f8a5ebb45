package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A broker of a test's own, which can be killed and started again on its folder while its name server stays. Used by one
 * test thread.
 */
public final class KillableBroker implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(150);

    private final String nameServers;
    private final ChildProcess nameServer;
    private final String address;
    private final Supplier<ChildProcess> launch;
    private final Administration administration;
    private @Nullable ChildProcess process;

    private KillableBroker(String nameServers, ChildProcess nameServer, String address, Supplier<ChildProcess> launch) {
        this.nameServers = nameServers;
        this.nameServer = nameServer;
        this.address = address;
        this.launch = launch;
        this.administration = OfficialPeer.administration(nameServers);
    }

    /** Ours; not started, but its name server is. */
    public static KillableBroker ours(Path folder) {
        int port = FreePorts.next();
        String nameServers = "127.0.0.1:" + port;
        BrokerProcess nameServer = BrokerProcess.nameServerOnly("killable-ns", folder.resolve("ns"), port);
        BrokerProcess broker =
                BrokerProcess.registeringWith(nameServers, "killable", folder.resolve("broker"), FreePorts.next());
        return new KillableBroker(nameServers, nameServer.launch(), broker.address(), broker::launch);
    }

    /** Apache RocketMQ's; not started, but its name server is. */
    public static KillableBroker apache(Path folder) {
        int port = FreePorts.next();
        int brokerPort = FreePorts.nextWithNeighbours(2, 1);
        String nameServers = "127.0.0.1:" + port;
        return new KillableBroker(
                nameServers,
                ApacheProcess.nameServer(folder.resolve("ns"), port),
                "127.0.0.1:" + brokerPort,
                () -> ApacheProcess.broker(
                        folder.resolve("broker"),
                        nameServers,
                        "killable",
                        ApacheProcess.Role.ASYNC_MASTER,
                        brokerPort));
    }

    public String nameServers() {
        return nameServers;
    }

    /** Returns once the name server knows it. */
    public void start() {
        ChildProcess started = launch.get();
        process = started;
        await("the broker is registered")
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsMatching(failure -> {
                    nameServer.requireAlive();
                    started.requireAlive();
                    return true;
                })
                .until(() -> administration.brokerAddresses().contains(address));
    }

    public void createTopic(String topic, int queues) {
        Topics.create(administration, address, topic, queues);
    }

    /** Ends it with SIGKILL; returns once the name server knows it no longer. */
    public void kill() {
        killProcess();
        await("the broker is out")
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> administration.brokerAddresses().isEmpty());
    }

    private void killProcess() {
        if (process != null) {
            process.kill();
        }
    }

    @Override
    public void close() {
        administration.close();
        killProcess();
        nameServer.kill();
    }
}
