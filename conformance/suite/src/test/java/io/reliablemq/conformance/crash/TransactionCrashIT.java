package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.broker.ManagementEndpoint;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.FreePorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Messages that a broker has promised to deliver, or not to: those of transactions, and those with a time, some called back. The
 * broker is killed with SIGKILL, or another one takes its place: what is committed or due comes once, and nothing else does.
 */
class TransactionCrashIT {

    private static final String TOPIC = "promised";
    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int KILLS = 3;
    private static final int SENDERS = 3;
    private static final int ROUNDS_BETWEEN_KILLS = 40;

    /** Long enough that some wait over a restart, and one behind all others. */
    private static final Duration SOON = Duration.ofSeconds(20);

    private static final Duration LAST = Duration.ofSeconds(22);

    private static final String[] QUICK_QUESTIONS = {"transaction-timeout=1s", "transaction-check-interval=2s"};

    @TempDir
    Path folder;

    private static String[] and(String... settings) {
        List<String> all = new ArrayList<>(List.of(QUICK_QUESTIONS));
        all.addAll(List.of(settings));
        return all.toArray(String[]::new);
    }

    @Test
    void aBrokerThatIsKilledForgetsNoTransactionAndNoRecall() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        try (Administration administration = OfficialPeer.administration(nameServers);
                BrokerProcess broker = BrokerProcess.withNameServer("tx", folder, FreePorts.next(), nameServerPort)
                        .with(QUICK_QUESTIONS)) {
            broker.start(administration);
            administration.createTopic(broker.address(), TOPIC, 4);
            try (PromisedMessages promised = new PromisedMessages(nameServers, TOPIC)) {
                for (int kill = 1; kill <= KILLS; kill++) {
                    List<String> delayed = delayed(promised, 20);
                    delayed.subList(0, 5).forEach(promised::recall);
                    killUnderTransactions(broker, promised);
                    broker.start(administration);
                    // Recalled across the restart: the broker has to know the message that waits.
                    delayed.subList(5, 10).forEach(promised::recall);
                }
                promised.sendDelayed(LAST);
                promised.awaitAll();
                assertThat(promised.questions()).as("asked after a restart").isPositive();
            }
        }
    }

    private static List<String> delayed(PromisedMessages promised, int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> promised.sendDelayed(SOON))
                .toList();
    }

    private static void killUnderTransactions(BrokerProcess broker, PromisedMessages promised) throws Exception {
        AtomicInteger rounds = new AtomicInteger();
        CountDownLatch killed = new CountDownLatch(1);
        List<Thread> senders = new ArrayList<>();
        for (int i = 0; i < SENDERS; i++) {
            Thread sender = new Thread(
                    () -> {
                        while (killed.getCount() > 0) {
                            promised.sendTransactions();
                            rounds.incrementAndGet();
                        }
                    },
                    "transactions-" + i);
            sender.start();
            senders.add(sender);
        }
        try {
            await("transactions").atMost(BOUND).until(() -> rounds.get() >= ROUNDS_BETWEEN_KILLS);
            broker.kill();
        } finally {
            killed.countDown();
            for (Thread sender : senders) {
                sender.join(BOUND.toMillis());
            }
        }
    }

    /** A broker that is the master or the slave of the pair. */
    private record Member(BrokerProcess process, ManagementEndpoint management) {

        boolean hasSlaveInSync() throws IOException {
            return management.figure("insync") == 2;
        }
    }

    private Member member(String nameServers, String name, String... settings) {
        int managementPort = FreePorts.next();
        BrokerProcess process = BrokerProcess.registeringWith(nameServers, name, folder.resolve(name), FreePorts.next())
                .with("name=pair", "management.port=" + managementPort)
                .with(and(settings));
        return new Member(process, new ManagementEndpoint(managementPort));
    }

    @Test
    void theNextMasterGoesOnWithOpenTransactionsAndWithWhatWaits() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        Member a = member(nameServers, "a", "broker-role=sync_master");
        Member b = member(nameServers, "b", "broker-role=slave", "broker-id=1");
        try (BrokerProcess ns = BrokerProcess.nameServerOnly("ns", folder.resolve("ns"), nameServerPort);
                BrokerProcess processA = a.process();
                BrokerProcess processB = b.process();
                Administration administration = OfficialPeer.administration(nameServers)) {
            ns.startNameServer();
            processA.start(administration);
            processB.start(administration);
            awaitInSync(a);
            administration.createTopic(processA.address(), TOPIC, 4);
            try (PromisedMessages promised = new PromisedMessages(nameServers, TOPIC)) {
                List<String> delayed = delayed(promised, 20);
                delayed.subList(0, 5).forEach(promised::recall);
                transactions(promised, 10);

                assertThat(a.management().post("/switch")).startsWith("200 ");
                delayed.subList(5, 10).forEach(promised::recall);
                awaitInSync(b);
                List<String> more = delayed(promised, 20);
                more.subList(0, 5).forEach(promised::recall);
                transactions(promised, 10);

                b.process().kill();
                assertThat(a.management().post("/promote")).startsWith("200 ");
                // Under SYNC_MASTER nothing is taken without a slave.
                processB.start(administration);
                awaitInSync(a);
                more.subList(5, 10).forEach(promised::recall);
                promised.sendDelayed(LAST);
                promised.awaitAll();
                assertThat(promised.questions()).isPositive();
            }
        }
    }

    private static void transactions(PromisedMessages promised, int rounds) {
        int taken = 0;
        for (int i = 0; i < rounds; i++) {
            taken += promised.sendTransactions();
        }
        assertThat(taken).isPositive();
    }

    private static void awaitInSync(Member master) {
        await("the slave is in sync").atMost(BOUND).ignoreExceptions().until(master::hasSlaveInSync);
    }
}
