package io.reliablemq.conformance.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.ApacheProcess;
import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A name server of ours and one of Apache RocketMQ; a broker of each kind registers with both. They serve one topic
 * together, to both clients, whichever name server a client knows. What goes leaves both name servers.
 */
@Isolated("what goes has left the name servers within a second")
@Execution(ExecutionMode.CONCURRENT)
class MixedClusterIT {

    private static final String TOPIC = "mixed";
    private static final int QUEUES = 4;
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final Set<String> BOTH = Set.of("ours", "apache");

    @TempDir
    Path folder;

    @Test
    void brokersOfBothKindsServeOneTopicThroughNameServersOfBothKinds() throws Exception {
        int ourPort = FreePorts.next();
        int apachePort = FreePorts.next();
        int apacheBrokerPort = FreePorts.nextWithNeighbours(2, 1);
        String ours = "127.0.0.1:" + ourPort;
        String apache = "127.0.0.1:" + apachePort;
        String nameServers = ours + ";" + apache;
        try (BrokerProcess ourNameServer = BrokerProcess.nameServerOnly("name-server", folder.resolve("n"), ourPort);
                ChildProcess apacheNameServer = ApacheProcess.nameServer(folder.resolve("apache-n"), apachePort);
                BrokerProcess ourBroker =
                        BrokerProcess.registeringWith(nameServers, "ours", folder.resolve("b"), FreePorts.next());
                Administration throughOurs = OfficialPeer.administration(ours);
                Administration throughApache = OfficialPeer.administration(apache)) {
            ourNameServer.startNameServer();
            try (ChildProcess apacheBroker = ApacheProcess.broker(
                    folder.resolve("apache-b"),
                    nameServers,
                    "apache",
                    ApacheProcess.Role.ASYNC_MASTER,
                    apacheBrokerPort)) {
                ourBroker.start(throughOurs);
                String apacheAddress = "127.0.0.1:" + apacheBrokerPort;
                Set<String> addresses = Set.of(ourBroker.address(), apacheAddress);
                for (Administration through : List.of(throughOurs, throughApache)) {
                    await("both brokers are registered")
                            .atMost(BOUND)
                            .ignoreExceptionsMatching(failure -> {
                                apacheNameServer.requireAlive();
                                apacheBroker.requireAlive();
                                return true;
                            })
                            .until(() -> through.brokerAddresses().equals(addresses));
                }
                addresses.forEach(address -> throughOurs.createTopic(address, TOPIC, QUEUES));
                for (Administration through : List.of(throughOurs, throughApache)) {
                    await("the topic is on both brokers")
                            .atMost(BOUND)
                            .until(() -> through.brokersOf(TOPIC).equals(BOTH));
                }

                for (String nameServer : List.of(ours, apache)) {
                    assertServed("ours", new OurClientLibrary(), nameServer);
                    assertServed("official", OfficialPeer.clientLibrary(), nameServer);
                }

                assertLeaves(ourBroker, apacheBroker, throughOurs, throughApache, apacheAddress);
            }
        }
    }

    private static void assertServed(String name, ClientLibrary library, String nameServer) {
        String run = name + "-" + nameServer.replaceAll("\\D", "-");
        Set<String> acknowledged = new TreeSet<>();
        Set<String> brokers = new HashSet<>();
        Deliveries deliveries = new Deliveries();
        try (Sender sender = library.sender(nameServer, "P-" + run);
                Receiver receiver = library.receiver(nameServer, Subscription.of("G-" + run, TOPIC), deliveries)) {
            for (int i = 0; i < 40; i++) {
                String body = run + "/" + i;
                brokers.add(sender.send(OutgoingMessage.of(TOPIC, body.getBytes(UTF_8)))
                        .brokerName());
                acknowledged.add(body);
            }
            await("all are received")
                    .atMost(BOUND)
                    .untilAsserted(() -> assertThat(deliveries.distinct()).containsAll(acknowledged));
            assertThat(receiver.queuesOf(TOPIC)).hasSize(2 * QUEUES);
        }
        assertThat(brokers).isEqualTo(BOTH);
        System.out.printf(
                "Mixed cluster, client %s, name server %s: acknowledged %d, received %d of all so far, duplicated %d%n",
                name, nameServer, acknowledged.size(), deliveries.distinct().size(), deliveries.duplicates());
    }

    private static void assertLeaves(
            BrokerProcess ourBroker,
            ChildProcess apacheBroker,
            Administration throughOurs,
            Administration throughApache,
            String apacheAddress) {
        ourBroker.running().terminate(BOUND);
        for (Administration through : List.of(throughOurs, throughApache)) {
            await("our broker has said goodbye")
                    .atMost(Duration.ofSeconds(1))
                    .pollInterval(Duration.ofMillis(20))
                    .until(() -> through.brokerAddresses().equals(Set.of(apacheAddress)));
        }
        long before = System.nanoTime();
        apacheBroker.kill();
        await("its connection has closed")
                .atMost(Duration.ofSeconds(1))
                .pollInterval(Duration.ofMillis(20))
                .until(() -> throughOurs.brokerAddresses().isEmpty());
        System.out.printf(
                "Mixed cluster: the killed broker left our name server within %d ms%n",
                Duration.ofNanos(System.nanoTime() - before).toMillis());
    }
}
