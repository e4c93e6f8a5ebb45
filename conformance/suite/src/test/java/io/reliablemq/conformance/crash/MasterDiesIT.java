package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.broker.ManagementEndpoint;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Two masters, each with a slave that must confirm. One master is killed with SIGKILL while a producer sends and a group
 * receives, and at the very moment when it has acknowledged a message that no other follows: no send fails, everything
 * acknowledged is received from its slave while it is dead, and nothing is missing or out of place once it is back.
 */
@Isolated("no send may fail")
class MasterDiesIT {

    private static final String TOPIC = "survives";
    private static final int QUEUES = 4;
    private static final int ROUNDS_UNDER_LOAD = Integer.getInteger("master.dies.rounds", 2);
    private static final int ROUNDS_BEHIND_AN_ANSWER = Integer.getInteger("master.dies.rounds", 2);
    private static final int SENDING_THREADS = 4;
    private static final int MESSAGES = 50;
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private final DeliveryLedger ledger = new DeliveryLedger();
    private final ManagementEndpoint slave = new ManagementEndpoint(FreePorts.next());

    @Test
    void consumersReadFromTheSlaveUntilTheMasterIsBack() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        try (BrokerProcess nameServer = BrokerProcess.nameServerOnly("n", folder.resolve("n"), nameServerPort);
                BrokerProcess a = broker(nameServers, "a", "SYNC_MASTER", 0);
                BrokerProcess aSlave = broker(nameServers, "a", "SLAVE", 1).with("management.port=" + slave.port());
                BrokerProcess b = broker(nameServers, "b", "SYNC_MASTER", 0);
                BrokerProcess bSlave = broker(nameServers, "b", "SLAVE", 1)) {
            nameServer.startNameServer();
            try (Administration administration = OfficialPeer.administration(nameServers)) {
                for (BrokerProcess broker : List.of(a, aSlave, b, bSlave)) {
                    broker.start(administration);
                }
                for (BrokerProcess master : List.of(a, b)) {
                    administration.createTopic(master.address(), TOPIC, QUEUES);
                }
                await("the topic is on both brokers")
                        .atMost(BOUND)
                        .until(() -> administration.brokersOf(TOPIC).equals(Set.of("a", "b")));
                OurClientLibrary library = new OurClientLibrary();
                try (Sender sender = library.sender(nameServers, "P-survives");
                        Receiver receiver = receiver(library, nameServers)) {
                    for (int round = 1; round <= ROUNDS_UNDER_LOAD; round++) {
                        killUnderLoad(a, sender, receiver, round);
                        a.start(administration);
                    }
                    for (int round = 1; round <= ROUNDS_BEHIND_AN_ANSWER; round++) {
                        killBehindAnAnswer(a, sender, receiver, round);
                        a.start(administration);
                    }
                } finally {
                    System.out.printf("Master dies: %s%n", ledger.balance());
                }
                assertThat(ledger.balance().lost()).isEmpty();
                assertThat(ledger.balance().unknown()).isEmpty();
            }
        }
    }

    private void killUnderLoad(BrokerProcess master, Sender sender, Receiver receiver, int round) throws Exception {
        LoadThreads load = new LoadThreads(TOPIC, ledger).start("round-" + round, sender, SENDING_THREADS);
        try {
            load.awaitMoreAt("a", MESSAGES, BOUND);
            load.awaitMoreAt("b", MESSAGES, BOUND);
            master.kill();
            load.awaitMoreAt("b", MESSAGES, BOUND);
        } finally {
            load.stop(BOUND);
        }
        requireAllReceived("killed under load, round " + round, receiver);
        assertThat(load.failures()).isEmpty();
    }

    /** What tells a slave that a message is committed must not have to wait for the next message. */
    private void killBehindAnAnswer(BrokerProcess master, Sender sender, Receiver receiver, int round) {
        AtomicInteger number = new AtomicInteger();
        await("the master acknowledges a message")
                .atMost(BOUND)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> {
                    String id = "behind-an-answer-" + round + "/" + number.getAndIncrement();
                    ledger.trying(id);
                    Receipt receipt = sender.send(OutgoingMessage.of(TOPIC, LoadThreads.body(id)));
                    boolean byMaster = receipt.brokerName().equals("a");
                    if (byMaster) {
                        master.kill();
                    }
                    ledger.acknowledged(id, "broker " + receipt.brokerName() + ", queue " + receipt.queueId());
                    return byMaster;
                });
        requireAllReceived("killed behind an answer, round " + round, receiver);
    }

    private void requireAllReceived(String kill, Receiver receiver) {
        long dead = System.nanoTime();
        try {
            await("everything acknowledged is received while the master is dead")
                    .atMost(BOUND)
                    .until(ledger::isSettled);
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    kill + ": not received are " + ledger.missing() + "; the receiver has " + receiver.queuesOf(TOPIC)
                            + "; the slave says\n" + slaveReport(),
                    e);
        }
        System.out.printf(
                "Master dies, %s: all received %d ms later, %s%n",
                kill, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - dead), ledger.balance());
        assertThat(receiver.queuesOf(TOPIC))
                .as("the queues of the dead master are read from its slave")
                .hasSize(2 * QUEUES);
    }

    private String slaveReport() {
        try {
            return slave.health() + "\n" + slave.metrics();
        } catch (IOException e) {
            return "nothing: " + e;
        }
    }

    private BrokerProcess broker(String nameServers, String name, String role, int id) {
        return BrokerProcess.registeringWith(nameServers, name, folder.resolve(name + id), FreePorts.next())
                .with("broker-role=" + role, "broker-id=" + id);
    }

    private Receiver receiver(OurClientLibrary library, String nameServers) {
        return library.receiver(nameServers, Subscription.of("G-survives", TOPIC), ledger::take);
    }
}
