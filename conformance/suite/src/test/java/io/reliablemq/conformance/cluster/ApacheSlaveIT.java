package io.reliablemq.conformance.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.ApacheProcess;
import io.reliablemq.conformance.broker.ApacheProcess.Role;
import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A master and a slave of Apache RocketMQ, registered with our name server: our consumer reads from the slave while the
 * master is dead, without a gap, and from the master when it is back.
 */
@Execution(ExecutionMode.CONCURRENT)
class ApacheSlaveIT {

    private static final String TOPIC = "with-slave";
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void ourConsumerReadsFromTheSlaveWhileTheMasterIsDead() throws Exception {
        int nameServerPort = FreePorts.next();
        int masterPort = FreePorts.nextWithNeighbours(2, 1);
        int slavePort = FreePorts.nextWithNeighbours(2, 1);
        String nameServers = "127.0.0.1:" + nameServerPort;
        Set<String> both = Set.of("127.0.0.1:" + masterPort, "127.0.0.1:" + slavePort);
        try (BrokerProcess nameServer = BrokerProcess.nameServerOnly("n", folder.resolve("n"), nameServerPort)) {
            nameServer.startNameServer();
            try (Administration administration = OfficialPeer.administration(nameServers);
                    ChildProcess master = broker(nameServers, Role.SYNC_MASTER, masterPort);
                    ChildProcess slave = broker(nameServers, Role.SLAVE, slavePort)) {
                awaitBrokers(administration, both, master, slave);
                administration.createTopic("127.0.0.1:" + masterPort, TOPIC, 4);
                await("the topic has a route")
                        .atMost(BOUND)
                        .until(() -> !administration.brokersOf(TOPIC).isEmpty());

                await("the slave knows the topic")
                        .atMost(BOUND)
                        .until(() -> ApacheProcess.knowsTopic(folder(Role.SLAVE), TOPIC));

                Set<String> acknowledged = new TreeSet<>();
                send(nameServers, acknowledged, "before", 40);
                Deliveries online = new Deliveries();
                try (Receiver receiver = receiver(nameServers, "G-online", online)) {
                    awaitAll(online, acknowledged);
                    send(nameServers, acknowledged, "just-before", 40);
                    master.kill();

                    Deliveries fresh = new Deliveries();
                    try (Receiver started = receiver(nameServers, "G-fresh", fresh)) {
                        awaitAll(fresh, acknowledged);
                        awaitAll(online, acknowledged);

                        try (ChildProcess again = broker(nameServers, Role.SYNC_MASTER, masterPort)) {
                            awaitBrokers(administration, both, again, slave);
                            send(nameServers, acknowledged, "after", 40);
                            awaitAll(fresh, acknowledged);
                            awaitAll(online, acknowledged);
                        }
                    }
                    System.out.printf(
                            "Apache master and slave: acknowledged %d; a group that was there received %d, duplicated %d;"
                                    + " one that began at the slave received %d, duplicated %d%n",
                            acknowledged.size(),
                            online.distinct().size(),
                            online.duplicates(),
                            fresh.distinct().size(),
                            fresh.duplicates());
                }
            }
        }
    }

    private ChildProcess broker(String nameServers, Role role, int port) {
        return ApacheProcess.broker(folder(role), nameServers, "pair", role, port);
    }

    private Path folder(Role role) {
        return folder.resolve(role.name());
    }

    private static void awaitBrokers(Administration administration, Set<String> addresses, ChildProcess... processes) {
        await("master and slave are registered")
                .atMost(BOUND)
                .ignoreExceptionsMatching(failure -> {
                    for (ChildProcess process : processes) {
                        process.requireAlive();
                    }
                    return true;
                })
                .until(() -> administration.brokerAddresses().equals(addresses));
    }

    private static Receiver receiver(String nameServers, String group, Deliveries deliveries) {
        return new OurClientLibrary().receiver(nameServers, Subscription.of(group, TOPIC), deliveries);
    }

    private static void send(String nameServers, Set<String> acknowledged, String prefix, int count) {
        try (Sender sender = new OurClientLibrary().sender(nameServers, "P-" + prefix)) {
            for (int i = 0; i < count; i++) {
                String body = prefix + "/" + i;
                // No SEND_OK as long as the slave has not found its master; the copies that are stored all the same
                // count
                // as duplicates.
                await("a message is acknowledged")
                        .atMost(BOUND)
                        .ignoreException(SendFailure.class)
                        .until(() -> sender.send(OutgoingMessage.of(TOPIC, body.getBytes(UTF_8))) != null);
                acknowledged.add(body);
            }
        }
    }

    private static void awaitAll(Deliveries deliveries, Set<String> acknowledged) {
        await("all acknowledged are received")
                .atMost(BOUND)
                .untilAsserted(() -> assertThat(deliveries.distinct()).containsAll(acknowledged));
    }
}
