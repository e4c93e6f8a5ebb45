package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerPair;
import io.reliablemq.conformance.broker.BrokerPair.Member;
import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Messages that a broker has promised to deliver, or not to: those of transactions, and those with a time, some called back. The
 * broker is killed with SIGKILL, or another one takes its place: what is committed or due comes once, and nothing else does.
 */
@Execution(ExecutionMode.CONCURRENT)
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

    @Test
    void theNextMasterGoesOnWithOpenTransactionsAndWithWhatWaits() throws Exception {
        try (BrokerPair pair = new BrokerPair(folder, QUICK_QUESTIONS)) {
            pair.start(TOPIC, 4);
            Member a = pair.a();
            Member b = pair.b();
            try (PromisedMessages promised = new PromisedMessages(pair.nameServers(), TOPIC)) {
                List<String> delayed = delayed(promised, 20);
                delayed.subList(0, 5).forEach(promised::recall);
                transactions(promised, 10);

                assertThat(a.management().post("/switch")).startsWith("200 ");
                delayed.subList(5, 10).forEach(promised::recall);
                b.awaitSlaveInSync();
                List<String> more = delayed(promised, 20);
                more.subList(0, 5).forEach(promised::recall);
                transactions(promised, 10);

                b.process().kill();
                assertThat(a.management().post("/promote")).startsWith("200 ");
                // Under SYNC_MASTER nothing is taken without a slave.
                pair.start(b);
                a.awaitSlaveInSync();
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
}
