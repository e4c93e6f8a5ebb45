package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What an operator sees of the broker process: start, stop, refusals that name what to change. */
@Execution(ExecutionMode.CONCURRENT)
class BrokerProcessIT {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final int EXIT_AFTER_SIGTERM = 128 + 15;

    @TempDir
    Path folder;

    private final int nameServerPort = FreePorts.next();
    private final String nameServers = "127.0.0.1:" + nameServerPort;
    private BrokerProcess broker;
    private Administration administration;

    @BeforeEach
    void prepare() {
        broker = BrokerProcess.withNameServer("process", folder, FreePorts.next(), nameServerPort);
        administration = OfficialPeer.administration(nameServers);
    }

    @AfterEach
    void end() {
        broker.close();
        administration.close();
    }

    @Test
    void stopsOnSigtermWithEverythingAcknowledgedOnDisk() throws Exception {
        // The laxer policy: what is not yet flushed when the signal comes must be flushed by the orderly stop.
        broker = broker.with("flush-disk-type=ASYNC_FLUSH", "flush-interval=10s");
        System.out.println(
                "Broker process ready after " + broker.start(administration).toMillis() + " ms");
        ClientLibrary ours = new OurClientLibrary();
        DeliveryLedger ledger = new DeliveryLedger();
        LoadThreads load = new LoadThreads("sigterm", ledger);
        try (Sender sender = ours.sender(nameServers, "P-sigterm")) {
            load.start("ours", sender, 4);
            await("some acknowledged").atMost(BOUND).until(() -> load.acknowledgedBy("ours") > 500);
            long before = System.nanoTime();
            int exit = broker.running().terminate(BOUND);
            System.out.println("Broker process stopped after "
                    + Duration.ofNanos(System.nanoTime() - before).toMillis() + " ms with " + exit);
            load.stop(BOUND);
            assertThat(exit).isEqualTo(EXIT_AFTER_SIGTERM);
        }

        broker.start(administration);
        try (Receiver receiver = ours.receiver(nameServers, Subscription.of("G-sigterm", "sigterm"), ledger::take)) {
            await("everything acknowledged is received")
                    .atMost(BOUND)
                    .untilAsserted(() -> assertThat(ledger.balance().lost()).isEmpty());
        }
        System.out.println("Stopped under load: " + ledger.balance());
    }

    @Test
    void hasFewerThanFortyThreadsWhenIdle() throws Exception {
        Path tasks = Path.of("/proc/self/task");
        assumeTrue(Files.isDirectory(tasks), "threads are counted where the system lists them");
        broker.start(administration);
        try (Stream<Path> threads =
                Files.list(Path.of("/proc", Long.toString(broker.running().pid()), "task"))) {
            long count = threads.count();
            System.out.println("Broker process has " + count + " threads, those of the JVM included");
            assertThat(count).isLessThan(40);
        }
    }

    @Test
    void refusesAFolderThatAnotherProcessUses() {
        broker.start(administration);
        String output = refusal(BrokerProcess.withNameServer("second", folder, FreePorts.next(), FreePorts.next()));

        assertThat(output).contains(folder.resolve("data").toString());
        assertThat(broker.running().isAlive()).isTrue();
    }

    @Test
    void namesATakenPort() throws Exception {
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            int port = taken.getLocalPort();

            assertThat(refusal(broker.with("listen-port=" + port)))
                    .contains("reliable-mq.broker.listen-port")
                    .contains(Integer.toString(port));
            assertThat(refusal(broker.with("name-server.port=" + port)))
                    .contains("reliable-mq.broker.name-server.port")
                    .contains(Integer.toString(port));
        }
    }

    @Test
    void namesANonsensicalSetting() {
        assertThat(refusal(broker.with("default-queue-count=0"))).contains("reliable-mq.broker.default-queue-count");
        assertThat(refusal(broker.with("flush-disk-type=SOMETIMES"))).contains("reliable-mq.broker.flush-disk-type");
        assertThat(refusal(broker.with("message-delay-level=soon"))).contains("reliable-mq.broker.message-delay-level");
    }

    @Test
    void namesAnUnwritableFolder() throws Exception {
        Path file = Files.createFile(folder.resolve("a-file"));

        assertThat(refusal(broker.with("data-dir=" + file.resolve("data"))))
                .contains("reliable-mq.broker.data-dir")
                .contains(file.toString());
    }

    /** Starts a process that must end by itself with an error, without a stack trace. @return what it wrote */
    private static String refusal(BrokerProcess refused) {
        try (ChildProcess process = refused.launch()) {
            int exit = process.awaitExit(BOUND);
            String output = process.output();
            assertThat(exit).as(output).isNotZero();
            assertThat(output).doesNotContain("\tat ");
            return output;
        }
    }
}
