package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The exec jar, started as a user would, serves the unmodified official client under load. */
@Isolated("no send may fail, and the official client has little time for each")
class OfficialClientLoadIT {

    private static final int THREADS = 16;
    private static final int MESSAGES_EACH = 625;
    private static final String TOPIC = "official-load";

    @TempDir
    Path folder;

    @Test
    void tenThousandSynchronousSendsFromSixteenThreadsAreAllReceived() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        ClientLibrary official = OfficialPeer.clientLibrary();
        DeliveryLedger ledger = new DeliveryLedger();
        try (BrokerProcess broker = BrokerProcess.withNameServer("load", folder, FreePorts.next(), nameServerPort);
                Administration administration = OfficialPeer.administration(nameServers)) {
            broker.start(administration);
            long before = System.nanoTime();
            try (Sender sender = official.sender(nameServers, "P-load")) {
                sendAll(sender, ledger);
            }
            long sendMs = Duration.ofNanos(System.nanoTime() - before).toMillis();
            try (Receiver receiver = official.receiver(nameServers, Subscription.of("G-load", TOPIC), message -> {
                assertThat(message.body()).hasSize(1024);
                ledger.received(LoadThreads.idOf(message.body()));
                return Outcome.CONSUME_SUCCESS;
            })) {
                await("all received").atMost(Duration.ofSeconds(60)).until(ledger::isSettled);
            }
            System.out.printf("Official client, 16 threads: %s; sent in %d ms%n", ledger.balance(), sendMs);
            assertThat(ledger.balance().acknowledged()).isEqualTo(THREADS * MESSAGES_EACH);
            assertThat(ledger.balance().received()).isEqualTo(THREADS * MESSAGES_EACH);
            assertThat(ledger.balance().unknown()).isEmpty();
        }
    }

    private static void sendAll(Sender sender, DeliveryLedger ledger) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(THREADS);
        try {
            List<Callable<Void>> tasks = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                String prefix = "thread-" + thread + "/";
                tasks.add(() -> {
                    for (int i = 0; i < MESSAGES_EACH; i++) {
                        String id = prefix + i;
                        ledger.trying(id);
                        sender.send(OutgoingMessage.of(TOPIC, LoadThreads.body(id)));
                        ledger.acknowledged(id);
                    }
                    return null;
                });
            }
            for (Future<Void> done : executor.invokeAll(tasks)) {
                done.get();
            }
        } finally {
            executor.shutdownNow();
        }
    }
}
