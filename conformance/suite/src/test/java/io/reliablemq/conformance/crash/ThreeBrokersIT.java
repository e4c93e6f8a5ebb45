package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Three brokers share a topic; one is killed with SIGKILL while both clients send with their default retries. No send
 * fails, and once the broker is back nothing acknowledged is missing.
 */
@Isolated("no send may fail, and the official client has little time for each")
class ThreeBrokersIT {

    private static final String TOPIC = "shared";
    private static final Duration BOUND = Duration.ofSeconds(90);

    /**
     * With all its defaults the official client gives one attempt the whole 3 s of a send. When the kill resets a
     * connection, it waits these 3 s for the answers that were under way on it, and has no time left for another broker:
     * seen on its own broker as well as on ours. Bounding an attempt leaves room for the retries, which keep their
     * default.
     */
    private static final Duration OFFICIAL_ATTEMPT = Duration.ofMillis(1_500);

    @TempDir
    Path folder;

    @Test
    void noSendFailsWhileABrokerIsKilledAndNothingIsMissingOnceItIsBack() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        try (BrokerProcess a =
                        BrokerProcess.withNameServer("a", folder.resolve("a"), FreePorts.next(), nameServerPort);
                BrokerProcess b =
                        BrokerProcess.registeringWith(nameServers, "b", folder.resolve("b"), FreePorts.next());
                BrokerProcess c =
                        BrokerProcess.registeringWith(nameServers, "c", folder.resolve("c"), FreePorts.next());
                Administration administration = OfficialPeer.administration(nameServers)) {
            a.start(administration);
            b.start(administration);
            c.start(administration);
            for (BrokerProcess broker : new BrokerProcess[] {a, b, c}) {
                administration.createTopic(broker.address(), TOPIC, 4);
            }
            await("the topic is on three brokers")
                    .atMost(BOUND)
                    .until(() -> administration.brokersOf(TOPIC).equals(Set.of("a", "b", "c")));

            DeliveryLedger ledger = sendWhileOneIsKilled(nameServers, administration, c);

            assertAllReceived("official", OfficialPeer.clientLibrary(), nameServers, ledger.forAnotherReceiver());
            assertAllReceived("ours", new OurClientLibrary(), nameServers, ledger.forAnotherReceiver());
        }
    }

    private static DeliveryLedger sendWhileOneIsKilled(
            String nameServers, Administration administration, BrokerProcess victim) throws Exception {
        DeliveryLedger ledger = new DeliveryLedger();
        LoadThreads load = new LoadThreads(TOPIC, ledger);
        try (Sender ours = new OurClientLibrary().sender(nameServers, "P-shared-ours");
                Sender official = OfficialPeer.clientLibrary()
                        .senderWithBoundedAttempts(nameServers, "P-shared-official", OFFICIAL_ATTEMPT)) {
            load.start("ours", ours, 3).start("official", official, 3);
            try {
                await("all three brokers hold messages")
                        .atMost(BOUND)
                        .until(() -> load.acknowledgedAt("a") > 100
                                && load.acknowledgedAt("b") > 100
                                && load.acknowledgedAt("c") > 100);
                victim.kill();
                int atVictim = load.acknowledgedAt("c");
                int oursAtKill = load.acknowledgedBy("ours");
                int officialAtKill = load.acknowledgedBy("official");
                await("both clients send on without it")
                        .atMost(BOUND)
                        .until(() -> load.acknowledgedBy("ours") > oursAtKill + 1_000
                                && load.acknowledgedBy("official") > officialAtKill + 1_000);
                Duration restart = victim.start(administration);
                await("the restarted broker gets messages again")
                        .atMost(BOUND)
                        .until(() -> load.acknowledgedAt("c") > atVictim + 100);
                System.out.printf(
                        "Three brokers: c ready again after %d ms; acknowledged by a %d, b %d, c %d (%d before the kill)%n",
                        restart.toMillis(),
                        load.acknowledgedAt("a"),
                        load.acknowledgedAt("b"),
                        load.acknowledgedAt("c"),
                        atVictim);
            } finally {
                load.stop(BOUND);
            }
        }
        assertThat(load.failures()).isEmpty();
        return ledger;
    }

    private static void assertAllReceived(
            String name, ClientLibrary library, String nameServers, DeliveryLedger ledger) {
        try (Receiver receiver =
                library.receiver(nameServers, Subscription.of("G-shared-" + name, TOPIC), ledger::take)) {
            await("everything acknowledged is received by " + name)
                    .atMost(BOUND)
                    .untilAsserted(() -> assertThat(ledger.balance().lost()).isEmpty());
        } finally {
            System.out.printf("Three brokers, received by %s: %s%n", name, ledger.balance());
        }
        assertThat(ledger.balance().unknown()).isEmpty();
    }
}
