package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.PeerFolder;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import io.reliablemq.conformance.process.TemporaryFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Apache RocketMQ's name server and one broker, as processes.
 *
 * <p>They are started once for all test classes of a run, since that takes some seconds, and end with this JVM.
 */
public final class ApacheBroker implements BrokerUnderTest {

    private static final Duration READY_BOUND = Duration.ofSeconds(90);

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
        ChildProcess nameServer = launch(
                "apache-name-server",
                folder.resolve("name-server"),
                "org.apache.rocketmq.namesrv.NamesrvStartup",
                Map.of("listenPort", Integer.toString(nameServerPort)));
        ChildProcess broker = launch(
                "apache-broker",
                folder.resolve("broker"),
                "org.apache.rocketmq.broker.BrokerStartup",
                brokerSettings(folder.resolve("broker"), nameServers, brokerPort));
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

    private static Map<String, String> brokerSettings(Path folder, String nameServers, int port) {
        return Map.ofEntries(
                Map.entry("brokerClusterName", "conformance"),
                Map.entry("brokerName", "apache"),
                Map.entry("brokerId", "0"),
                Map.entry("brokerIP1", "127.0.0.1"),
                Map.entry("namesrvAddr", nameServers),
                Map.entry("listenPort", Integer.toString(port)),
                Map.entry("haListenPort", Integer.toString(port + 1)),
                Map.entry("storePathRootDir", folder.resolve("store").toString()),
                Map.entry(
                        "storePathCommitLog", folder.resolve("store/commitlog").toString()),
                Map.entry("mappedFileSizeCommitLog", Integer.toString(64 * 1024 * 1024)),
                Map.entry("mappedFileSizeConsumeQueue", "600000"),
                Map.entry("maxIndexNum", "100000"),
                Map.entry("diskMaxUsedSpaceRatio", "98"),
                Map.entry("flushDiskType", "SYNC_FLUSH"),
                Map.entry("autoCreateTopicEnable", "true"),
                Map.entry("recallMessageEnable", "true"),
                Map.entry("transactionTimeOut", "1000"),
                Map.entry("transactionCheckInterval", "2000"),
                Map.entry("messageDelayLevel", DELAY_LEVELS));
    }

    private static ChildProcess launch(String name, Path folder, String mainClass, Map<String, String> settings) {
        Path file = folder.resolve(name + ".conf");
        try {
            Files.createDirectories(folder);
            Files.writeString(
                    file,
                    settings.entrySet().stream()
                            .map(setting -> setting.getKey() + "=" + setting.getValue())
                            .collect(Collectors.joining("\n", "", "\n")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ChildProcess.start(
                name,
                folder,
                List.of(
                        ChildProcess.java(),
                        "-Xms64m",
                        "-Xmx512m",
                        "-XX:MaxDirectMemorySize=256m",
                        // Half of a short life is start-up: the second compiler would only take processor time from it.
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Duser.home=" + folder,
                        "-Drocketmq.home.dir=" + folder,
                        "-Drocketmq.log.root=" + folder,
                        "-cp",
                        PeerFolder.classPath(),
                        mainClass,
                        "-c",
                        file.toString()));
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
