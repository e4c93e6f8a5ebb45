package io.reliablemq.conformance.broker;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.AtExit;
import io.reliablemq.conformance.process.TemporaryFolder;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Objects;

/** Our name server and broker inside this JVM, started once for all test classes of a run. */
public final class EmbeddedBroker implements BrokerUnderTest {

    private final Broker broker;
    private final String nameServers;
    private final Administration administration;

    private EmbeddedBroker(Broker broker) {
        this.broker = broker;
        this.nameServers = hostAndPort(Objects.requireNonNull(broker.nameServerAddress()));
        this.administration = OfficialPeer.administration(nameServers);
    }

    /** The one of this test run. */
    public static EmbeddedBroker shared() {
        return Shared.INSTANCE;
    }

    private static final class Shared {
        static final EmbeddedBroker INSTANCE = start();
    }

    private static EmbeddedBroker start() {
        BrokerProperties properties = new BrokerProperties();
        properties.setName("ours");
        properties.setCluster("conformance");
        properties.setListenPort(0);
        properties.getNameServer().setPort(0);
        properties.setDataDir(TemporaryFolder.create("reliable-mq-").toString());
        properties.setMessageDelayLevel(DELAY_LEVELS);
        properties.setTransactionTimeout(Duration.ofSeconds(1));
        properties.setTransactionCheckInterval(Duration.ofSeconds(2));
        Broker broker = Broker.start(properties.toSettings());
        AtExit.first(broker::close);
        return new EmbeddedBroker(broker);
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
        Topics.create(administration, hostAndPort(broker.address()), topic, queues);
    }

    /** Nothing: the route to its retry topic is there as soon as a group asks for it. */
    @Override
    public void prepareGroup(String group) {}

    @Override
    public Duration firstRetryBound() {
        return BrokerUnderTest.delayOfLevel().plusSeconds(9);
    }

    private static String hostAndPort(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
