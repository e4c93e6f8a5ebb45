package io.reliablemq.conformance.broker;

import io.reliablemq.conformance.client.PeerFolder;
import io.reliablemq.conformance.process.ChildProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Starts name servers and brokers of Apache RocketMQ as processes. */
public final class ApacheProcess {

    /** The part of a broker in replication: its id, and the role of that name. */
    public enum Role {
        ASYNC_MASTER(0),
        /** Answers {@code SEND_OK} once its slave has the message. */
        SYNC_MASTER(0),
        SLAVE(1);

        private final int brokerId;

        Role(int brokerId) {
            this.brokerId = brokerId;
        }
    }

    private ApacheProcess() {}

    public static ChildProcess nameServer(Path folder, int port) {
        return launch(
                "apache-name-server",
                folder,
                "org.apache.rocketmq.namesrv.NamesrvStartup",
                Map.of("listenPort", Integer.toString(port)));
    }

    /**
     * A broker.
     *
     * @param nameServers separated by semicolons
     * @param port it also listens two ports below, and a master for its slaves on the next one
     */
    public static ChildProcess broker(Path folder, String nameServers, String name, Role role, int port) {
        return broker(folder, nameServers, name, role, port, Map.of());
    }

    /** @param others settings beside and above those of every test */
    public static ChildProcess broker(
            Path folder, String nameServers, String name, Role role, int port, Map<String, String> others) {
        Map<String, String> settings = settings(folder, nameServers, name, role, port);
        settings.putAll(others);
        return launch("apache-broker", folder, "org.apache.rocketmq.broker.BrokerStartup", settings);
    }

    /** Whether the broker in that folder has stored that it knows the topic. A slave learns of topics every ten seconds. */
    public static boolean knowsTopic(Path folder, String topic) {
        Path file = folder.resolve("store/config/topics.json");
        try {
            return Files.exists(file) && Files.readString(file).contains('"' + topic + '"');
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> settings(Path folder, String nameServers, String name, Role role, int port) {
        Map<String, String> settings = new HashMap<>();
        settings.put("brokerClusterName", "conformance");
        settings.put("brokerName", name);
        settings.put("brokerId", Integer.toString(role.brokerId));
        settings.put("brokerRole", role.name());
        settings.put("brokerIP1", "127.0.0.1");
        settings.put("brokerIP2", "127.0.0.1");
        settings.put("namesrvAddr", nameServers);
        settings.put("listenPort", Integer.toString(port));
        settings.put("haListenPort", Integer.toString(port + 1));
        settings.put("storePathRootDir", folder.resolve("store").toString());
        settings.put("storePathCommitLog", folder.resolve("store/commitlog").toString());
        settings.put("mappedFileSizeCommitLog", Integer.toString(64 * 1024 * 1024));
        settings.put("mappedFileSizeConsumeQueue", "600000");
        settings.put("maxIndexNum", "100000");
        settings.put("diskMaxUsedSpaceRatio", "98");
        settings.put("flushDiskType", "SYNC_FLUSH");
        settings.put("autoCreateTopicEnable", "true");
        // Off by default: without it, every subscription by expression is refused.
        settings.put("enablePropertyFilter", "true");
        settings.put("recallMessageEnable", "true");
        // By their defaults of 200 ms and a second it refuses sends while others have the processors.
        settings.put("waitTimeMillsInSendQueue", "10000");
        settings.put("osPageCacheBusyTimeOutMills", "10000");
        settings.put("transactionTimeOut", "1000");
        settings.put("transactionCheckInterval", "2000");
        // Each end of a transaction is written at once. By the defaults the thread that collects them spins for good
        // after the first ones (apache/rocketmq#10966), and takes a processor from all other cases.
        settings.put("transactionOpBatchInterval", "3600000");
        settings.put("transactionOpMsgMaxSize", "1");
        settings.put("messageDelayLevel", BrokerUnderTest.DELAY_LEVELS);
        if (role == Role.SLAVE) {
            // By its default it answers no pull, not even while its master is dead.
            settings.put("slaveReadEnable", "true");
        }
        if (role == Role.SYNC_MASTER) {
            // By its default of 1 it waits for nobody.
            settings.put("inSyncReplicas", "2");
        }
        return settings;
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
}
