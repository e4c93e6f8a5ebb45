package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two masters, each with a slave that must confirm. One master is killed with SIGKILL while a producer sends and a group
 * receives: no send fails, everything acknowledged is received from its slave while it is dead, and nothing is missing or
 * out of place once it is back.
 */
class MasterDiesIT {

    private static final String TOPIC = "survives";
    private static final int QUEUES = 4;
    private static final int ROUNDS = 3;
    private static final int SENDING_THREADS = 4;
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void consumersReadFromTheSlaveUntilTheMasterIsBack() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        try (BrokerProcess nameServer = BrokerProcess.nameServerOnly("n", folder.resolve("n"), nameServerPort);
                BrokerProcess a = broker(nameServers, "a", "SYNC_MASTER", 0);
                BrokerProcess aSlave = broker(nameServers, "a", "SLAVE", 1);
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
                DeliveryLedger ledger = new DeliveryLedger();
                OurClientLibrary library = new OurClientLibrary();
                try (Sender sender = library.sender(nameServers, "P-survives");
                        Receiver receiver = receiver(library, nameServers, ledger)) {
                    for (int round = 1; round <= ROUNDS; round++) {
                        killUnderLoad(a, sender, ledger, round);
                        assertThat(receiver.queuesOf(TOPIC))
                                .as("the queues of the dead master are read from its slave")
                                .hasSize(2 * QUEUES);
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

    private static void killUnderLoad(BrokerProcess master, Sender sender, DeliveryLedger ledger, int round)
            throws Exception {
        LoadThreads load = new LoadThreads(TOPIC, ledger).start("round-" + round, sender, SENDING_THREADS);
        try {
            awaitMessages(load, "a");
            awaitMessages(load, "b");
            master.kill();
            awaitMessages(load, "b");
        } finally {
            load.stop(BOUND);
        }
        long stopped = System.nanoTime();
        await("everything acknowledged is received while the master is dead")
                .atMost(BOUND)
                .until(ledger::isSettled);
        System.out.printf(
                "Master dies, round %d: all received %d ms after the load, failed sends %d, %s%n",
                round,
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - stopped),
                load.failures().size(),
                ledger.balance());
        assertThat(load.failures()).isEmpty();
    }

    private BrokerProcess broker(String nameServers, String name, String role, int id) {
        return BrokerProcess.registeringWith(nameServers, name, folder.resolve(name + id), FreePorts.next())
                .with("broker-role=" + role, "broker-id=" + id);
    }

    private static Receiver receiver(OurClientLibrary library, String nameServers, DeliveryLedger ledger) {
        return library.receiver(nameServers, Subscription.of("G-survives", TOPIC), message -> {
            ledger.received(LoadThreads.idOf(message.body()));
            return Outcome.CONSUME_SUCCESS;
        });
    }

    private static void awaitMessages(LoadThreads load, String broker) {
        int before = load.acknowledgedAt(broker);
        await("broker " + broker + " gets messages")
                .atMost(BOUND)
                .until(() -> load.acknowledgedAt(broker) > before + 50);
    }
}
