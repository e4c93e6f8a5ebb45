package io.reliablemq.conformance.broker;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A name server, a master and its slave, each a process. They may change roles. Used by one thread.
 */
public final class BrokerPair implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(90);

    private final String nameServers;
    private final BrokerProcess nameServer;
    private final Member a;
    private final Member b;
    private final Administration administration;

    /** One whose master waits for its slave. Not started. @param settings of both brokers */
    public BrokerPair(Path folder, String... settings) {
        this("sync_master", folder, settings);
    }

    /** One whose master answers without its slave. Not started. @param settings of both brokers */
    public static BrokerPair withoutWaiting(Path folder, String... settings) {
        return new BrokerPair("async_master", folder, settings);
    }

    private BrokerPair(String role, Path folder, String... settings) {
        int nameServerPort = FreePorts.next();
        nameServers = "127.0.0.1:" + nameServerPort;
        nameServer = BrokerProcess.nameServerOnly("ns", folder.resolve("ns"), nameServerPort);
        a = member(folder, "a", settings, "broker-role=" + role);
        b = member(folder, "b", settings, "broker-role=slave", "broker-id=1");
        administration = OfficialPeer.administration(nameServers);
    }

    private Member member(Path folder, String name, String[] settings, String... role) {
        int managementPort = FreePorts.next();
        Path own = folder.resolve(name);
        BrokerProcess process = BrokerProcess.registeringWith(nameServers, name, own, FreePorts.next())
                .with("name=pair", "management.port=" + managementPort)
                .with(settings)
                .with(role);
        return new Member(process, new ManagementEndpoint(managementPort), own.resolve("data"));
    }

    /** One of the two, with a way to tell it what to do. */
    public record Member(BrokerProcess process, ManagementEndpoint management, Path dataFolder) {

        public boolean is(String role) throws IOException {
            return management.metrics().contains("reliable_mq_broker_role{role=\"" + role + "\"} 1");
        }

        /** To be asked of the master. */
        public void awaitSlaveInSync() {
            await("the slave is in sync")
                    .atMost(BOUND)
                    .ignoreExceptions()
                    .until(() -> management.figure("insync") == 2);
        }
    }

    /** Starts all of it; returns once the slave is in sync and the master has the topic. */
    public void start(String topic, int queues) {
        nameServer.startNameServer();
        start(a);
        start(b);
        a.awaitSlaveInSync();
        administration.createTopic(a.process().address(), topic, queues);
    }

    /** Starts one of the two again. */
    public void start(Member member) {
        member.process().start(administration);
    }

    public String nameServers() {
        return nameServers;
    }

    /** At first the master. */
    public Member a() {
        return a;
    }

    /** At first the slave. */
    public Member b() {
        return b;
    }

    @Override
    public void close() {
        administration.close();
        b.process().close();
        a.process().close();
        nameServer.close();
    }
}
