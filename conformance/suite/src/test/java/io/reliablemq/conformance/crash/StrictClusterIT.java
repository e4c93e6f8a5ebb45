package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.ManagementEndpoint;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.crash.DeliveryLedger.Balance;
import io.reliablemq.conformance.crash.StrictCluster.Node;
import io.reliablemq.conformance.crash.StrictCluster.Pair;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.ChildProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Two masters under {@code SYNC_MASTER} and {@code SYNC_FLUSH}, each with a slave, and two name servers: what is done to one
 * of these processes, or to the link between two, costs no acknowledged message. Producers send and a group of two members
 * receives all the while.
 *
 * <p>One cluster serves all scenarios, each with a topic of its own; each leaves the cluster whole.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Isolated("no send may fail")
class StrictClusterIT {

    private static final int SENDING_THREADS = 4;
    private static final int MESSAGES = 200;
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** Longer than a send waits for a slave. */
    private static final Duration PAUSE = Duration.ofSeconds(5);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    static Path folder;

    private final List<Receiver> receivers = new ArrayList<>();
    private StrictCluster cluster;
    private String topic;
    private DeliveryLedger ledger;
    private Sender sender;
    private LoadThreads load;

    @BeforeAll
    void startCluster() {
        cluster = new StrictCluster(folder);
        cluster.start();
    }

    @AfterAll
    void endCluster() throws Exception {
        cluster.close();
    }

    @BeforeEach
    void start(TestInfo scenario) {
        topic = scenario.getTestMethod().orElseThrow().getName();
        cluster.createTopic(topic);
        ledger = new DeliveryLedger();
        ClientLibrary library = new OurClientLibrary();
        sender = library.sender(cluster.nameServers(), "P-" + topic);
        receivers.add(receiver(library, "G-" + topic, ledger));
        receivers.add(receiver(library, "G-" + topic, ledger));
        load = new LoadThreads(topic, ledger).start("ours", sender, SENDING_THREADS);
        awaitMessagesAt("a");
        awaitMessagesAt("b");
    }

    @AfterEach
    void end() throws Exception {
        load.stop(BOUND);
        receivers.forEach(Receiver::close);
        receivers.clear();
        sender.close();
    }

    @Test
    void aMasterIsKilledAndComesBack() throws Exception {
        cluster.a().master().process().kill();
        awaitMessagesAt("b");
        cluster.a().master().start();
        cluster.a().awaitInSync();
        awaitMessagesAt("a");
        finish("kill -9 of a master");
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void theDataOfAMasterIsDeletedAndItsSlavePromoted() throws Exception {
        Pair pair = cluster.b();
        Node lost = pair.master();
        Node promoted = pair.slave();
        lost.process().kill();
        delete(lost.dataFolder());
        awaitMessagesAt("a");

        assertThat(promoted.management().post("/promote")).startsWith("200 ").contains("SYNC_MASTER");
        // The other master still gets all: the promoted one has no slave, and says so.
        awaitMessagesAt("a");
        lost.startAs(
                "broker-role=SLAVE",
                "broker-id=1",
                "master-address=" + promoted.process().address());
        pair.changePlaces();
        pair.awaitInSync();
        awaitMessagesAt("b");
        finish("kill -9 of a master, its data folder deleted, its slave promoted");
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void aSlaveIsKilledAndComesBack() throws Exception {
        cluster.a().slave().process().kill();
        awaitMessagesAt("b");
        cluster.a().slave().start();
        cluster.a().awaitInSync();
        awaitMessagesAt("a");
        finish("kill -9 of a slave");
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void aSlaveIsPaused() throws Exception {
        whilePaused(
                cluster.a().slave().process().running(),
                () -> awaitUnsafeAnswersOfAAndMessagesOnlyAtB("REPLICA_TIMEOUT"));
        cluster.a().awaitInSync();
        awaitMessagesAt("a");
        finish("SIGSTOP of a slave");
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void aMasterIsPaused() throws Exception {
        whilePaused(cluster.a().master().process().running(), this::awaitMessagesOnlyAtB);
        cluster.a().awaitInSync();
        awaitMessagesAt("a");
        finish("SIGSTOP of a master");
    }

    @Test
    void aNameServerIsPausedAndTheOtherKilledThen() throws Exception {
        whilePaused(cluster.firstNameServer().running(), () -> {
            awaitMessagesAt("a");
            awaitMessagesAt("b");
        });
        cluster.secondNameServer().kill();
        awaitMessagesAt("a");
        awaitMessagesAt("b");
        // An official consumer that starts at an empty name server asks again only after half a minute.
        cluster.restartSecondNameServer(topic);
        finish("SIGSTOP of a name server, then kill -9 of the other");
        assertThat(load.failures()).isEmpty();
    }

    @Test
    void theLinkBetweenMasterAndSlaveIsCutAndRepaired() throws Exception {
        Pair pair = cluster.a();
        pair.cutLinks();
        await("the master knows that it has no slave")
                .atMost(BOUND)
                .untilAsserted(() ->
                        assertThat(pair.master().management().figure("insync")).isEqualTo(1));
        // What was under way has its answer.
        awaitMessagesAt("b");
        awaitUnsafeAnswersOfAAndMessagesOnlyAtB("NO_REPLICA");
        pair.repairLinks();
        pair.awaitInSync();
        awaitMessagesAt("a");
        finish("link between master and slave cut and repaired");
        assertThat(load.failures()).isEmpty();
    }

    /** What is looked at during a pause. */
    private interface Meanwhile {
        void run() throws IOException;
    }

    private void whilePaused(ChildProcess process, Meanwhile meanwhile) throws IOException {
        long until = System.nanoTime() + PAUSE.toNanos();
        process.pause();
        try {
            meanwhile.run();
            await("the pause is over")
                    .atMost(PAUSE.plus(BOUND))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> System.nanoTime() - until >= 0);
        } finally {
            process.resume();
        }
    }

    private void awaitMessagesOnlyAtB() {
        awaitMessagesAt("b");
        int atA = load.acknowledgedAt("a");
        awaitMessagesAt("b");
        assertThat(load.acknowledgedAt("a")).as("acknowledged without a slave").isEqualTo(atA);
    }

    /**
     * Not only is nothing acknowledged at a: something is sent there, and answered that no slave has it.
     *
     * @param status {@code REPLICA_TIMEOUT}, which clients know as FLUSH_SLAVE_TIMEOUT, or {@code NO_REPLICA}, as
     *     SLAVE_NOT_AVAILABLE
     */
    private void awaitUnsafeAnswersOfAAndMessagesOnlyAtB(String status) throws IOException {
        AtomicInteger atA = new AtomicInteger(load.acknowledgedAt("a"));
        Map<String, Double> before = unsafeAnswersOfA();
        await("a answers " + status).atMost(BOUND).until(() -> {
            int acknowledged = load.acknowledgedAt("a");
            Map<String, Double> now = unsafeAnswersOfA();
            if (now.equals(before)) {
                // None of these can be one that was answered so.
                atA.set(acknowledged);
            }
            return now.get(status) > before.get(status);
        });
        awaitMessagesAt("b");
        assertThat(load.acknowledgedAt("a")).as("acknowledged without a slave").isEqualTo(atA.get());
        System.out.printf("Strict cluster, %s: without its slave a answered %s%n", topic, unsafeAnswersOfA());
    }

    private Map<String, Double> unsafeAnswersOfA() throws IOException {
        ManagementEndpoint master = cluster.a().master().management();
        Map<String, Double> answers = new TreeMap<>();
        for (String status : List.of("REPLICA_TIMEOUT", "NO_REPLICA")) {
            answers.put(status, master.figure("append_answered_messages_total{status=\"" + status + "\"}"));
        }
        return answers;
    }

    private void awaitMessagesAt(String broker) {
        load.awaitMoreAt(broker, MESSAGES, BOUND);
    }

    /** Everything that was acknowledged is received, by the group that was there and by one of the official client. */
    private void finish(String scenario) throws Exception {
        load.stop(BOUND);
        DeliveryLedger official = ledger.forAnotherReceiver();
        try (Receiver another = receiver(OfficialPeer.clientLibrary(), "G-" + topic + "-official", official)) {
            await("everything acknowledged is received")
                    .atMost(BOUND)
                    .until(() -> ledger.isSettled() && official.isSettled());
        } finally {
            Balance balance = ledger.balance();
            System.out.printf(
                    "Strict cluster, %s: sent %d, acknowledged %d, received %d, lost %d, duplicated %d, unknown %d;"
                            + " failed sends %d; lost to another group %d%n",
                    scenario,
                    balance.tried(),
                    balance.acknowledged(),
                    balance.received(),
                    balance.lost().size(),
                    balance.duplicates(),
                    balance.unknown().size(),
                    load.failures().size(),
                    official.balance().lost().size());
            load.failures().stream().limit(3).forEach(System.out::println);
        }
        assertThat(ledger.balance().unknown()).isEmpty();
        assertThat(official.balance().unknown()).isEmpty();
    }

    private Receiver receiver(ClientLibrary library, String group, DeliveryLedger received) {
        return library.receiver(cluster.nameServers(), Subscription.of(group, topic), received::take);
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> paths = Files.walk(folder)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
