package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.broker.ManagementEndpoint;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.FreePorts;
import io.reliablemq.conformance.process.LinkProxy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Two masters, each with a slave, and two name servers, each a process, under the strict setting. Proxies stand between each slave and
 * its master and the name servers, which would tell it another way to the master. Used by one thread.
 */
final class StrictCluster implements AutoCloseable {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final Duration POLL = Duration.ofMillis(20);
    private static final int QUEUES = 4;

    private final BrokerProcess firstNameServer;
    private final BrokerProcess secondNameServer;
    private final String nameServers;
    private final Administration administration;
    private final Pair a;
    private final Pair b;

    StrictCluster(Path folder) {
        int[] ports = {FreePorts.next(), FreePorts.next()};
        nameServers = "127.0.0.1:" + ports[0] + ";127.0.0.1:" + ports[1];
        firstNameServer = BrokerProcess.nameServerOnly("n1", folder.resolve("n1"), ports[0]);
        secondNameServer = BrokerProcess.nameServerOnly("n2", folder.resolve("n2"), ports[1]);
        administration = OfficialPeer.administration(nameServers);
        a = new Pair("a", folder);
        b = new Pair("b", folder);
    }

    /** A broker process and what it says of itself. */
    final class Node {

        private final int port = FreePorts.next();
        private final int managementPort = FreePorts.next();
        private final Path folder;
        private BrokerProcess process;
        private final ManagementEndpoint management = new ManagementEndpoint(managementPort);

        Node(String name, Path folder, String registersWith, String... settings) {
            this.folder = folder;
            this.process = BrokerProcess.registeringWith(registersWith, name, folder, port)
                    .with("management.port=" + managementPort, "flush-disk-type=SYNC_FLUSH")
                    .with(settings);
        }

        void start() {
            process.start(administration);
        }

        void startAs(String... settings) {
            process = process.with(settings);
            start();
        }

        BrokerProcess process() {
            return process;
        }

        ManagementEndpoint management() {
            return management;
        }

        Path dataFolder() {
            return folder.resolve("data");
        }
    }

    /** A master and its slave. */
    final class Pair implements AutoCloseable {

        private final String name;
        private final LinkProxy link;
        private final List<LinkProxy> toNameServers;
        private Node master;
        private Node slave;

        Pair(String name, Path folder) {
            this.name = name;
            master = new Node(name, folder.resolve(name + "-0"), nameServers, "broker-role=SYNC_MASTER", "broker-id=0");
            link = new LinkProxy(master.port);
            toNameServers = Arrays.stream(nameServers.split(";"))
                    .map(server -> new LinkProxy(Integer.parseInt(server.substring(server.indexOf(':') + 1))))
                    .toList();
            slave = new Node(
                    name,
                    folder.resolve(name + "-1"),
                    toNameServers.stream().map(LinkProxy::address).collect(Collectors.joining(";")),
                    "broker-role=SLAVE",
                    "broker-id=1",
                    "master-address=" + link.address());
        }

        String name() {
            return name;
        }

        Node master() {
            return master;
        }

        Node slave() {
            return slave;
        }

        /** The slave can reach nobody; clients can reach both. */
        void cutLinks() {
            toNameServers.forEach(LinkProxy::cut);
            link.cut();
        }

        void repairLinks() {
            link.repair();
            toNameServers.forEach(LinkProxy::repair);
        }

        /** The slave has become the master, and the master is to be its slave. */
        void changePlaces() {
            Node before = master;
            master = slave;
            slave = before;
        }

        void awaitInSync() {
            await("the slave of " + name + " is in sync")
                    .atMost(BOUND)
                    .pollInterval(POLL)
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() ->
                            assertThat(master.management().figure("insync")).isEqualTo(2));
        }

        @Override
        public void close() throws IOException {
            slave.process().close();
            master.process().close();
            link.close();
            for (LinkProxy proxy : toNameServers) {
                proxy.close();
            }
        }
    }

    /** Returns once both slaves are in sync. */
    void start() {
        firstNameServer.startNameServer();
        secondNameServer.startNameServer();
        for (Pair pair : List.of(a, b)) {
            pair.master().start();
            pair.slave().start();
        }
        a.awaitInSync();
        b.awaitInSync();
    }

    /** Returns once the topic is on both masters. */
    void createTopic(String topic) {
        for (Pair pair : List.of(a, b)) {
            administration.createTopic(pair.master().process().address(), topic, QUEUES);
        }
        await("the topic is on both masters")
                .atMost(BOUND)
                .until(() -> administration.brokersOf(topic).equals(Set.of("a", "b")));
    }

    /** Starts the second name server again; returns once it knows both masters. */
    void restartSecondNameServer(String topic) {
        secondNameServer().startNameServer();
        try (Administration second = OfficialPeer.administration(nameServers.split(";")[1])) {
            await("the second name server knows the topic's masters")
                    .atMost(BOUND)
                    .until(() -> second.brokersOf(topic).equals(Set.of("a", "b")));
        }
    }

    String nameServers() {
        return nameServers;
    }

    BrokerProcess firstNameServer() {
        return firstNameServer;
    }

    BrokerProcess secondNameServer() {
        return secondNameServer;
    }

    Pair a() {
        return a;
    }

    Pair b() {
        return b;
    }

    @Override
    public void close() throws IOException {
        a.close();
        b.close();
        firstNameServer.close();
        secondNameServer.close();
        administration.close();
    }
}
