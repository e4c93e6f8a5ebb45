package io.reliablemq.conformance.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.Broker;
import io.reliablemq.broker.BrokerProperties;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.client.MqClient;
import io.reliablemq.client.api.Compression;
import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.protocol.message.Message;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A master of ours that sends consumers to its slave while they are far behind: a group of either client reads there what is old,
 * and from the master what is new, without a gap and without a duplicate.
 */
@Execution(ExecutionMode.CONCURRENT)
class SlaveReadsIT {

    private static final String TOPIC = "far-behind";
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** Messages that our client asks for in one pull. */
    private static final int BATCH = 256;

    private static final int BATCH_OF_OFFICIAL = 32;

    private static final int OLD = 3 * BATCH;
    private static final int NEAR = 2 * BATCH;

    /** As large as a message may be, and so many that what stands before them counts as far behind: more than 64 MiB. */
    private static final byte[] FILLER = new byte[4 << 20];

    private static final int FILLERS = 17;

    @TempDir
    Path folder;

    private final Set<String> acknowledged = new TreeSet<>();

    /** A master with its slave, and who sends there. */
    private record Pair(
            Broker master, Broker slave, String nameServer, Producer producer, Administration administration) {

        long fromMaster() {
            return figure(master, "delivered");
        }

        long fromSlave() {
            return figure(slave, "delivered");
        }
    }

    @Test
    void whoIsFarBehindReadsFromTheSlaveAndWhoIsNearFromTheMaster() throws Exception {
        try (Broker master = Broker.start(master().toSettings())) {
            String nameServer = text(Objects.requireNonNull(master.nameServerAddress()));
            try (Broker slave = Broker.start(slave(nameServer).toSettings());
                    Administration administration = OfficialPeer.administration(nameServer);
                    MqClient client = OurClientLibrary.client(nameServer, "P-far-behind")) {
                await("the slave is in sync").atMost(BOUND).until(() -> figure(master, "insync") == 2);
                administration.createTopic(text(master.address()), TOPIC, 1);
                Producer producer =
                        client.producer(ProducerSettings.of("P-far-behind").withCompression(Compression.NONE));
                send(producer, "old", OLD);
                for (int i = 0; i < FILLERS; i++) {
                    producer.send(Message.builder("filler").body(FILLER).build());
                }
                send(producer, "near", NEAR);

                Pair pair = new Pair(master, slave, nameServer, producer, administration);
                reads("ours", new OurClientLibrary(), BATCH, pair);
                reads("official", OfficialPeer.clientLibrary(), BATCH_OF_OFFICIAL, pair);
            }

            // Its slave is gone: whoever is far behind is not sent there.
            Deliveries deliveries = new Deliveries();
            try (Receiver receiver = receiver(new OurClientLibrary(), nameServer, "alone", deliveries)) {
                awaitAll(deliveries);
            }
        }
    }

    private void reads(String name, ClientLibrary library, int batch, Pair pair) {
        long masterBefore = pair.fromMaster();
        long slaveBefore = pair.fromSlave();
        Deliveries deliveries = new Deliveries();
        try (Receiver receiver = receiver(library, pair.nameServer(), name, deliveries)) {
            awaitAll(deliveries);
            long fromMaster = pair.fromMaster() - masterBefore;
            long fromSlave = pair.fromSlave() - slaveBefore;
            System.out.printf(
                    "Far behind, %s: %d messages, %d of them from the slave, %d from the master, duplicated %d%n",
                    name, acknowledged.size(), fromSlave, fromMaster, deliveries.duplicates());
            // All that is old but for the first pull, whose answer names the slave; there one more, which names the
            // master.
            assertThat(fromSlave).isBetween((long) OLD - batch, (long) OLD);
            assertThat(fromMaster + fromSlave).isEqualTo(acknowledged.size());

            send(pair.producer(), "new-" + name, NEAR);
            awaitAll(deliveries);
            assertThat(pair.fromSlave() - slaveBefore)
                    .as("from the slave, once the group is near")
                    .isEqualTo(fromSlave);
        }
        assertThat(deliveries.duplicates()).isZero();
        await("the master knows how far the group is")
                .atMost(BOUND)
                .until(() ->
                        pair.administration().committedOffset(group(name), "pair", TOPIC, 0) == acknowledged.size());
    }

    private static String group(String name) {
        return "G-far-behind-" + name;
    }

    private static Receiver receiver(ClientLibrary library, String nameServers, String name, Deliveries deliveries) {
        return library.receiver(nameServers, Subscription.of(group(name), TOPIC), deliveries);
    }

    private void send(Producer producer, String prefix, int count) {
        for (int i = 0; i < count; i++) {
            String body = prefix + "/" + i;
            producer.send(Message.builder(TOPIC).body(body.getBytes(UTF_8)).build());
            acknowledged.add(body);
        }
    }

    private void awaitAll(Deliveries deliveries) {
        await("all acknowledged are received")
                .atMost(BOUND)
                .untilAsserted(() -> assertThat(deliveries.distinct()).isEqualTo(acknowledged));
    }

    private static long figure(Broker broker, String name) {
        return broker.figures().read().stream()
                .filter(figure -> figure.name().equals("reliable.mq.broker." + name))
                .mapToLong(figure -> (long) figure.value())
                .sum();
    }

    private BrokerProperties master() {
        BrokerProperties properties = broker("master", BrokerRole.SYNC_MASTER);
        properties.getNameServer().setPort(0);
        return properties;
    }

    private BrokerProperties slave(String nameServer) {
        BrokerProperties properties = broker("slave", BrokerRole.SLAVE);
        properties.setBrokerId(1);
        properties.getNameServer().setEnabled(false);
        properties.setNameServers(List.of(nameServer));
        return properties;
    }

    private BrokerProperties broker(String dataDir, BrokerRole role) {
        BrokerProperties properties = new BrokerProperties();
        properties.setName("pair");
        properties.setBrokerRole(role);
        properties.setListenPort(0);
        properties.setDataDir(folder.resolve(dataDir).toString());
        properties.setSlaveReadEnable(true);
        return properties;
    }

    private static String text(InetSocketAddress address) {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }
}
