package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Processes that hang with their connections open (SIGSTOP): a name server, then one of two masters. No send fails, clients
 * turn to the other name server, the silent broker leaves the routes within ten seconds and is used again once it goes on.
 */
@Isolated("no send may fail, and the silence of a broker has a bound of seconds")
class PausedProcessesIT {

    private static final String TOPIC = "paused";
    private static final int QUEUES = 4;
    private static final int MESSAGES = 50;
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final Duration SILENCE_BOUND = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    @Test
    void noSendFailsAndNothingIsLost() throws Exception {
        try (TwoMasters cluster = new TwoMasters(folder);
                Administration throughSecond = OfficialPeer.administration(cluster.secondNameServer())) {
            cluster.start(throughSecond, TOPIC, QUEUES);
            String nameServers = cluster.nameServers();
            BrokerProcess n1 = cluster.n1();
            BrokerProcess b = cluster.b();
            DeliveryLedger ledger = new DeliveryLedger();
            LoadThreads load = new LoadThreads(TOPIC, ledger);
            OurClientLibrary library = new OurClientLibrary();
            try (Sender sender = library.sender(nameServers, "P-paused")) {
                load.start("ours", sender, 2);
                try {
                    load.awaitMoreAt("b", MESSAGES, BOUND);
                    signal("STOP", n1);
                    // It begins with the first name server of its list, which accepts connections and says nothing.
                    long paused = System.nanoTime();
                    try (Receiver receiver = receiver(library, nameServers, ledger)) {
                        await("a client that starts now finds its way")
                                .atMost(BOUND)
                                .until(() -> receiver.queuesOf(TOPIC).size() == 2 * QUEUES);
                        System.out.printf(
                                "Paused processes: with a silent name server a client has its queues %d ms after its start%n",
                                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - paused));
                        pauseMaster(b, throughSecond, load, receiver);
                        signal("CONT", n1);
                        load.stop(BOUND);
                        await("everything acknowledged is received")
                                .atMost(BOUND)
                                .until(ledger::isSettled);
                    }
                } finally {
                    signal("CONT", n1);
                    signal("CONT", b);
                    load.stop(BOUND);
                }
            } finally {
                System.out.printf(
                        "Paused processes: %s, failed sends %d%n",
                        ledger.balance(), load.failures().size());
            }
            assertThat(load.failures()).isEmpty();
            assertThat(ledger.balance().lost()).isEmpty();
            assertThat(ledger.balance().unknown()).isEmpty();
        }
    }

    private static void pauseMaster(
            BrokerProcess broker, Administration administration, LoadThreads load, Receiver receiver) throws Exception {
        int atOther = load.acknowledgedAt("a");
        long before = System.nanoTime();
        signal("STOP", broker);
        await("the silent broker is out of the routes")
                .atMost(SILENCE_BOUND)
                .pollInterval(Duration.ofMillis(50))
                .until(() -> administration.brokersOf(TOPIC).equals(Set.of("a")));
        long outAfter = System.nanoTime() - before;
        await("its queues are given up")
                .atMost(Duration.ofSeconds(3))
                .pollInterval(Duration.ofMillis(10))
                .until(() -> receiver.queuesOf(TOPIC).size() == QUEUES);
        long givenUpAfter = System.nanoTime() - before - outAfter;
        await("sends go to the other one").atMost(BOUND).until(() -> load.acknowledgedAt("a") > atOther + 100);
        signal("CONT", broker);
        long goesOn = System.nanoTime();
        load.awaitMoreAt(broker.name(), MESSAGES, BOUND);
        System.out.printf(
                "Paused processes: %s out of the routes after %d ms, its queues given up %d ms later,"
                        + " gets messages again %d ms after it goes on%n",
                broker.name(),
                TimeUnit.NANOSECONDS.toMillis(outAfter),
                TimeUnit.NANOSECONDS.toMillis(givenUpAfter),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - goesOn));
    }

    private static Receiver receiver(OurClientLibrary library, String nameServers, DeliveryLedger ledger) {
        return library.receiver(nameServers, Subscription.of("G-paused", TOPIC), ledger::take);
    }

    private static void signal(String name, BrokerProcess process) throws Exception {
        if (process.running().isAlive()) {
            int result = new ProcessBuilder(
                            "kill", "-" + name, Long.toString(process.running().pid()))
                    .inheritIO()
                    .start()
                    .waitFor();
            assertThat(result).as("kill -%s", name).isZero();
        }
    }
}
