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
 * Two masters and two name servers, each a process; each of them is stopped with SIGTERM and started again, one after the
 * other, a name server with SIGKILL besides, while a producer sends and two members of a group receive. No send fails,
 * nothing is lost, and the queues of a broker are shared out again as soon as it is back.
 */
@Isolated("no send may fail, and the shares of queues have a bound of seconds")
class RollingRestartIT {

    private static final String TOPIC = "rolling";
    private static final int QUEUES = 4;
    private static final int SENDING_THREADS = 4;
    private static final int MESSAGES = 50;
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** A second is what it takes; the rest is for a machine that starts three processes at the same time. */
    private static final Duration REBALANCE_BOUND = Duration.ofSeconds(3);

    @TempDir
    Path folder;

    @Test
    void noSendFailsAndNothingIsLost() throws Exception {
        try (TwoMasters cluster = new TwoMasters(folder);
                Administration administration = OfficialPeer.administration(cluster.nameServers())) {
            cluster.start(administration, TOPIC, QUEUES);
            String nameServers = cluster.nameServers();
            DeliveryLedger ledger = new DeliveryLedger();
            LoadThreads load = new LoadThreads(TOPIC, ledger);
            OurClientLibrary library = new OurClientLibrary();
            try (Sender sender = library.sender(nameServers, "P-rolling");
                    Receiver one = receiver(library, nameServers, ledger);
                    Receiver other = receiver(library, nameServers, ledger)) {
                load.start("ours", sender, SENDING_THREADS);
                try {
                    awaitAll(one, other, BOUND);
                    restart(cluster.a(), administration, load, one, other);
                    cluster.n1().kill();
                    restart(cluster.b(), administration, load, one, other);
                    cluster.n1().startNameServer();
                    restart(cluster.a(), administration, load, one, other);
                    cluster.n2().running().terminate(BOUND);
                    restart(cluster.b(), administration, load, one, other);
                } finally {
                    load.stop(BOUND);
                }
                await("everything acknowledged is received").atMost(BOUND).until(ledger::isSettled);
            } finally {
                System.out.printf(
                        "Rolling restart: %s, failed sends %d%n",
                        ledger.balance(), load.failures().size());
            }
            assertThat(load.failures()).isEmpty();
            assertThat(ledger.balance().lost()).isEmpty();
            assertThat(ledger.balance().unknown()).isEmpty();
        }
    }

    private static Receiver receiver(OurClientLibrary library, String nameServers, DeliveryLedger ledger) {
        return library.receiver(nameServers, Subscription.of("G-rolling", TOPIC), ledger::take);
    }

    /** Both members together have all queues, half of them each. */
    private static Duration awaitAll(Receiver one, Receiver other, Duration bound) {
        long before = System.nanoTime();
        await("the queues are shared out")
                .atMost(bound)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> {
                    Set<String> first = one.queuesOf(TOPIC);
                    Set<String> second = other.queuesOf(TOPIC);
                    return first.size() == QUEUES
                            && second.size() == QUEUES
                            && first.stream().noneMatch(second::contains);
                });
        return Duration.ofNanos(System.nanoTime() - before);
    }

    private static void restart(
            BrokerProcess broker, Administration administration, LoadThreads load, Receiver one, Receiver other) {
        String name = broker.name();
        load.awaitMoreAt(name, MESSAGES, BOUND);
        long before = System.nanoTime();
        broker.running().terminate(BOUND);
        long stopped = System.nanoTime();
        await("its queues are given up")
                .atMost(REBALANCE_BOUND)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> one.queuesOf(TOPIC).size() + other.queuesOf(TOPIC).size() == QUEUES);
        long givenUp = System.nanoTime();
        Duration start = broker.start(administration);
        Duration shared = awaitAll(one, other, REBALANCE_BOUND);
        long sharedAt = System.nanoTime();
        load.awaitMoreAt(name, MESSAGES, BOUND);
        System.out.printf(
                "Rolling restart: %s stopped in %d ms, queues given up after %d ms, started in %d ms,"
                        + " queues shared out %d ms later, sends there again %d ms after that%n",
                name,
                TimeUnit.NANOSECONDS.toMillis(stopped - before),
                TimeUnit.NANOSECONDS.toMillis(givenUp - stopped),
                start.toMillis(),
                shared.toMillis(),
                TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sharedAt));
    }
}
