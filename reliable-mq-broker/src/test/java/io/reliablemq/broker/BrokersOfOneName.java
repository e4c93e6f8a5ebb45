package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.nameserver.NameServer;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingServer;
import io.reliablemq.protocol.transport.RequestHandler;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A name server, and brokers of one name that register with it, all in this process. */
final class BrokersOfOneName implements AutoCloseable {

    static final Duration PATIENCE = Duration.ofSeconds(30);

    final WireClient wire = new WireClient();
    private final Path folder;
    private final EventLoops loops = EventLoops.create("test-servers", 1);
    private final NameServer nameServer;
    private final List<Broker> started = new ArrayList<>();
    private final List<RemotingServer> servers = new ArrayList<>();

    BrokersOfOneName(Path folder) throws IOException {
        this.folder = folder;
        this.nameServer = nameServer();
    }

    /** A name server that nobody knows yet. */
    NameServer nameServer() throws IOException {
        return NameServer.start(loops, TransportSettings.defaults(), loopback(), Clock.SYSTEM, (where, error) -> {});
    }

    /** Something that listens where no broker does. @return {@code host:port} */
    String listen(RequestHandler handler) throws IOException {
        RemotingServer server = new RemotingServer(loops, TransportSettings.defaults(), handler);
        servers.add(server);
        return Addresses.text(server.start(loopback()));
    }

    private static InetSocketAddress loopback() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    private BrokerProperties properties(String dataDir) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(FreePorts.next());
        properties.getNameServer().setEnabled(false);
        properties.setNameServers(List.of(Addresses.text(nameServer.address())));
        properties.setDataDir(folder.resolve(dataDir).toString());
        return properties;
    }

    BrokerProperties master(String dataDir, BrokerRole role) {
        BrokerProperties properties = properties(dataDir);
        properties.setBrokerRole(role);
        return properties;
    }

    BrokerProperties slave(String dataDir, long id) {
        BrokerProperties properties = properties(dataDir);
        properties.setBrokerRole(BrokerRole.SLAVE);
        properties.setBrokerId(id);
        return properties;
    }

    Broker start(BrokerProperties properties) {
        return start(properties, BrokerEnvironment.MACHINE);
    }

    Broker start(BrokerProperties properties, BrokerEnvironment environment) {
        Broker broker = Broker.start(properties.toSettings(), environment);
        started.add(broker);
        return broker;
    }

    /** Waits until so many brokers have what the master has, itself counted, and one of them could take over. */
    static void awaitInSync(Broker master, int brokers) {
        await(brokers + " brokers in sync")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(inSync(master)).isEqualTo(brokers));
        await("a healthy master")
                .atMost(PATIENCE)
                .untilAsserted(() -> assertThat(master.health().status()).isEqualTo(Health.Status.UP));
    }

    static double inSync(Broker master) {
        return master.figures().read().stream()
                .filter(figure -> figure.name().equals("reliable.mq.broker.insync"))
                .mapToDouble(figure -> figure.value())
                .sum();
    }

    /** @return the code of the answer */
    int send(Broker broker, String text) {
        return wire.send(broker.address(), "orders", 0, text, Map.of()).code();
    }

    List<String> stored(Broker broker) {
        return wire.texts(broker.address(), "orders", 0);
    }

    static String address(Broker broker) {
        return Addresses.text(broker.address());
    }

    @Override
    public void close() {
        wire.close();
        started.forEach(Broker::close);
        servers.forEach(RemotingServer::close);
        nameServer.close();
        loops.close();
    }
}
