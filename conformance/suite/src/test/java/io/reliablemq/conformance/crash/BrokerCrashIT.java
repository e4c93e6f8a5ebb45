package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code SYNC_FLUSH}: what was acknowledged is received, although the broker is killed with SIGKILL again and again
 * while our client and the official one send. They send on through each crash, to the restarted broker.
 */
class BrokerCrashIT {

    private static final int ROUNDS = Integer.getInteger("crash.rounds", 6);
    private static final int THREADS_EACH = 4;
    private static final Duration BOUND = Duration.ofSeconds(60);

    private final ClientLibrary ours = new OurClientLibrary();
    private final ClientLibrary official = OfficialPeer.clientLibrary();

    @TempDir
    Path folder;

    @Test
    void whatWasAcknowledgedBeforeAKillIsReceivedAfterIt() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("Crash rounds with -Dcrash.seed=" + seed);
        Random random = new Random(seed);
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        try (BrokerProcess broker = BrokerProcess.withNameServer("crash", folder, FreePorts.next(), nameServerPort)
                        .with("flush-disk-type=SYNC_FLUSH");
                Administration administration = OfficialPeer.administration(nameServers)) {
            broker.start(administration);
            try (Sender ourSender = ours.sender(nameServers, "P-crash-ours");
                    Sender officialSender = official.sender(nameServers, "P-crash-official")) {
                for (int round = 1; round <= ROUNDS; round++) {
                    String topic = "crash-round-" + round;
                    administration.createTopic(broker.address(), topic, 4);
                    DeliveryLedger ledger = new DeliveryLedger();
                    LoadThreads load = new LoadThreads(topic, ledger)
                            .start("ours", ourSender, THREADS_EACH)
                            .start("official", officialSender, THREADS_EACH);
                    // In turns: a consumer that is at work when the broker dies, and goes on when it is back.
                    ClientLibrary witness = round % 2 == 0 ? official : ours;
                    Subscription group = Subscription.of("G-crash-witness-" + round, topic);
                    try (Receiver receiver = witness.receiver(nameServers, group, entering(ledger))) {
                        Duration restart = killUnderLoadAndRestart(broker, administration, load, random);
                        load.stop(BOUND);
                        System.out.printf(
                                "Round %d: ready again after %d ms, failed sends %d%n",
                                round, restart.toMillis(), load.failures().size());
                        awaitNothingLost(round, "a consumer through the crash", ledger);
                    }
                    assertNothingLost(round, "official", official, nameServers, topic, ledger);
                    assertNothingLost(round, "ours", ours, nameServers, topic, ledger);
                }
            }
        }
    }

    private static Duration killUnderLoadAndRestart(
            BrokerProcess broker, Administration administration, LoadThreads load, Random random) throws Exception {
        int acknowledgedFirst = 50 + random.nextInt(1_000);
        await("acknowledgements before the kill")
                .atMost(BOUND)
                .pollInterval(Duration.ofMillis(2))
                .until(() -> load.acknowledgedBy("ours") > 0
                        && load.acknowledgedBy("official") > 0
                        && load.acknowledgedBy("ours") + load.acknowledgedBy("official") >= acknowledgedFirst);
        // Apart from the count, so that the moment is not tied to an acknowledgement.
        ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
        try {
            timer.schedule(broker::kill, random.nextInt(50_000), TimeUnit.MICROSECONDS)
                    .get(30, TimeUnit.SECONDS);
        } finally {
            timer.shutdownNow();
        }
        int oursAtKill = load.acknowledgedBy("ours");
        int officialAtKill = load.acknowledgedBy("official");
        Duration restart = broker.start(administration);
        await("both clients send to the restarted broker")
                .atMost(BOUND)
                .until(() -> load.acknowledgedBy("ours") > oursAtKill + 50
                        && load.acknowledgedBy("official") > officialAtKill + 50);
        return restart;
    }

    private static void assertNothingLost(
            int round,
            String receiverName,
            ClientLibrary library,
            String nameServers,
            String topic,
            DeliveryLedger sent) {
        DeliveryLedger ledger = sent.forAnotherReceiver();
        Subscription subscription = Subscription.of("G-crash-" + receiverName + "-" + round, topic);
        try (Receiver receiver = library.receiver(nameServers, subscription, entering(ledger))) {
            awaitNothingLost(round, receiverName, ledger);
        }
    }

    private static Listener entering(DeliveryLedger ledger) {
        return message -> {
            ledger.received(LoadThreads.idOf(message.body()));
            return Outcome.CONSUME_SUCCESS;
        };
    }

    private static void awaitNothingLost(int round, String receiverName, DeliveryLedger ledger) {
        try {
            await("everything acknowledged is received by " + receiverName)
                    .atMost(BOUND)
                    .untilAsserted(() -> assertThat(ledger.balance().lost()).isEmpty());
        } finally {
            System.out.printf("Round %d, received by %s: %s%n", round, receiverName, ledger.balance());
        }
        assertThat(ledger.balance().acknowledged()).isPositive();
        assertThat(ledger.balance().unknown()).isEmpty();
    }
}
