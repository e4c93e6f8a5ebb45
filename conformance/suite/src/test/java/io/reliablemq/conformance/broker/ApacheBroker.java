package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import io.reliablemq.conformance.process.TemporaryFolder;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Apache RocketMQ's name server and one broker, as processes.
 *
 * <p>They are started once for all test classes of a run, since that takes some seconds, and end with this JVM.
 */
public final class ApacheBroker implements BrokerUnderTest {

    private static final Duration READY_BOUND = Duration.ofSeconds(150);

    private final String nameServers;
    private final String brokerAddress;
    private final Administration administration;

    private ApacheBroker(String nameServers, String brokerAddress, Administration administration) {
        this.nameServers = nameServers;
        this.brokerAddress = brokerAddress;
        this.administration = administration;
    }

    /** The one of this test run. */
    public static ApacheBroker shared() {
        return Shared.INSTANCE;
    }

    private static final class Shared {
        static final ApacheBroker INSTANCE = start();
    }

    private static ApacheBroker start() {
        Path folder = TemporaryFolder.create("apache-rocketmq-");
        int nameServerPort = FreePorts.next();
        // The broker also listens two ports below its own, and on the next one for its slaves.
        int brokerPort = FreePorts.nextWithNeighbours(2, 1);
        String nameServers = "127.0.0.1:" + nameServerPort;
        String brokerAddress = "127.0.0.1:" + brokerPort;
        ChildProcess nameServer = ApacheProcess.nameServer(folder.resolve("name-server"), nameServerPort);
        ChildProcess broker = ApacheProcess.broker(
                folder.resolve("broker"), nameServers, "apache", ApacheProcess.Role.ASYNC_MASTER, brokerPort);
        long before = System.nanoTime();
        Administration administration = OfficialPeer.administration(nameServers);
        await("Apache's broker is registered")
                .atMost(READY_BOUND)
                .pollInterval(Duration.ofMillis(100))
                .ignoreExceptionsMatching(failure -> {
                    nameServer.requireAlive();
                    broker.requireAlive();
                    return true;
                })
                .until(() -> administration.brokerAddresses().contains(brokerAddress));
        System.out.println("Apache's name server and broker are ready after "
                + Duration.ofNanos(System.nanoTime() - before).toMillis() + " ms");
        return new ApacheBroker(nameServers, brokerAddress, administration);
    }

    @Override
    public String nameServers() {
        return nameServers;
    }

    @Override
    public Administration administration() {
        return administration;
    }

    @Override
    public void awaitTopic(String topic) {
        Topics.await(administration, topic);
    }

    @Override
    public void createTopic(String topic, int queues) {
        Topics.create(administration, brokerAddress, topic, queues);
    }

    /**
     * Apache's broker creates the retry topic at the group's first heartbeat, after the official client has asked for
     * its route in vain; it asks again 30 s later. Creating it beforehand takes that delay away.
     */
    @Override
    public void prepareGroup(String group) {
        Topics.create(administration, brokerAddress, "%RETRY%" + group, 1);
    }

    @Override
    public Duration firstRetryBound() {
        return Duration.ofSeconds(60);
    }
}
