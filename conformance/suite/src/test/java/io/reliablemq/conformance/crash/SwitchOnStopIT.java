package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerPair;
import io.reliablemq.conformance.broker.BrokerPair.Member;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A master and its slave, each a process with {@code switch-on-stop}; each is stopped with SIGTERM and started again while a
 * client sends. The role of the master is with the other one by then: no send fails, and nothing is lost.
 */
@Isolated("no send may fail while the only master is stopped")
class SwitchOnStopIT {

    private static final String TOPIC = "handed-over";
    private static final int SENDING_THREADS = 2;
    private static final int MESSAGES = 100;
    private static final Duration BOUND = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    @Test
    void bothAreRestartedWithoutAFailedSend() throws Exception {
        DeliveryLedger ledger = new DeliveryLedger();
        LoadThreads load = new LoadThreads(TOPIC, ledger);
        OurClientLibrary library = new OurClientLibrary();
        try (BrokerPair pair = BrokerPair.withoutWaiting(folder, "switch-on-stop=true")) {
            pair.start(TOPIC, 4);
            try (Sender sender = library.sender(pair.nameServers(), "P-handed-over");
                    Receiver receiver = library.receiver(
                            pair.nameServers(), Subscription.of("G-handed-over", TOPIC), ledger::take)) {
                load.start("ours", sender, SENDING_THREADS);
                try {
                    restart(pair, pair.a(), pair.b(), load);
                    restart(pair, pair.b(), pair.a(), load);
                } finally {
                    load.stop(BOUND);
                }
                await("everything acknowledged is received").atMost(BOUND).until(ledger::isSettled);
            } finally {
                System.out.printf(
                        "Switch on stop: %s, failed sends %d%n",
                        ledger.balance(), load.failures().size());
            }
        }
        assertThat(load.failures()).isEmpty();
        assertThat(ledger.balance().lost()).isEmpty();
    }

    private static void restart(BrokerPair pair, Member master, Member slave, LoadThreads load) throws IOException {
        master.awaitSlaveInSync();
        goOn(load);
        long before = System.nanoTime();
        master.process().running().terminate(BOUND);
        System.out.printf(
                "Switch on stop: stopped in %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
        assertThat(slave.is("ASYNC_MASTER")).isTrue();
        goOn(load);
        pair.start(master);
        await("it is a slave").atMost(BOUND).ignoreExceptions().until(() -> master.is("SLAVE"));
    }

    private static void goOn(LoadThreads load) {
        int now = load.acknowledgedBy("ours");
        await("sends go on").atMost(BOUND).until(() -> load.acknowledgedBy("ours") > now + MESSAGES);
    }
}
