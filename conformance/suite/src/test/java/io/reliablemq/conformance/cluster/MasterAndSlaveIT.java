package io.reliablemq.conformance.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerPair;
import io.reliablemq.conformance.broker.BrokerPair.Member;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * A master and its slave under the strict setting, as processes, while both clients send and receive: roles are switched to
 * and fro, and the master is lost with its disk.
 */
@Isolated("no send may fail while roles are switched")
@Execution(ExecutionMode.CONCURRENT)
class MasterAndSlaveIT {

    private static final String TOPIC = "pair-topic";
    private static final Duration BOUND = Duration.ofSeconds(90);

    /** Leaves the official client time for its retries, see {@code ThreeBrokersIT}. */
    private static final Duration OFFICIAL_ATTEMPT = Duration.ofMillis(1_500);

    @TempDir
    Path folder;

    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final AtomicInteger sent = new AtomicInteger();
    private final AtomicInteger deliveries = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();

    @Test
    void rolesAreSwitchedAndAMasterIsLostWithItsDiskAndNothingAcknowledgedIs() throws Exception {
        CountDownLatch stop = new CountDownLatch(1);
        List<Thread> load = new ArrayList<>();
        try (BrokerPair pair = new BrokerPair(folder)) {
            pair.start(TOPIC, 4);
            Member a = pair.a();
            Member b = pair.b();
            String nameServers = pair.nameServers();
            try (Sender ours = new OurClientLibrary().sender(nameServers, "P-pair-ours");
                    Sender official = OfficialPeer.clientLibrary()
                            .senderWithBoundedAttempts(nameServers, "P-pair-official", OFFICIAL_ATTEMPT);
                    Receiver receiver = new OurClientLibrary()
                            .receiver(nameServers, Subscription.of("G-pair", TOPIC), message -> {
                                received.add(new String(message.body(), StandardCharsets.UTF_8));
                                deliveries.incrementAndGet();
                                return Outcome.CONSUME_SUCCESS;
                            })) {
                for (int i = 0; i < 2; i++) {
                    load.add(sending("ours-" + i, ours, stop));
                    load.add(sending("official-" + i, official, stop));
                }
                try {
                    goOn("before anything");
                    switchOver(a, b);
                    goOn("after the switch");
                    switchOver(b, a);
                    goOn("after the switch back");
                    System.out.printf("Switch to and fro: %s%n", balance());
                    assertThat(failures).isEmpty();

                    a.process().kill();
                    delete(a.dataFolder());
                    long before = System.nanoTime();
                    assertThat(b.management().post("/promote"))
                            .startsWith("200 ")
                            .contains("SYNC_MASTER");
                    pair.start(a);
                    await("the old master is a slave")
                            .atMost(BOUND)
                            .ignoreExceptions()
                            .until(() -> a.is("SLAVE"));
                    goOn("after the loss of the master");
                    System.out.printf(
                            "Master lost with its disk: sends go on after %d ms; %s%n",
                            TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before), balance());
                } finally {
                    stop.countDown();
                    for (Thread thread : load) {
                        thread.join(BOUND.toMillis());
                    }
                }
                await("everything acknowledged is received")
                        .atMost(BOUND)
                        .until(() -> received.containsAll(acknowledged));
            } finally {
                System.out.printf("Master and slave: %s%n", balance());
            }
        }
    }

    private void switchOver(Member from, Member to) throws IOException {
        from.awaitSlaveInSync();
        long before = System.nanoTime();
        assertThat(from.management().post("/switch"))
                .startsWith("200 ")
                .contains(to.process().address());
        System.out.printf("The switch took %d ms%n", TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
        assertThat(from.is("SLAVE")).isTrue();
        assertThat(to.is("SYNC_MASTER")).isTrue();
    }

    /** Each client gets many messages acknowledged from now on. */
    private void goOn(String when) {
        for (String client : List.of("ours", "official")) {
            long now = count(client);
            await(client + " sends " + when).atMost(BOUND).until(() -> count(client) > now + 200);
        }
    }

    private long count(String client) {
        return acknowledged.stream().filter(id -> id.startsWith(client)).count();
    }

    private Thread sending(String name, Sender sender, CountDownLatch stop) {
        Thread thread = new Thread(
                () -> {
                    for (int i = 0; stop.getCount() > 0; i++) {
                        send(sender, name + "/" + i, stop);
                    }
                },
                "load-" + name);
        thread.start();
        return thread;
    }

    private void send(Sender sender, String id, CountDownLatch stop) {
        sent.incrementAndGet();
        try {
            sender.send(OutgoingMessage.of(TOPIC, id.getBytes(StandardCharsets.UTF_8)));
            acknowledged.add(id);
        } catch (SendFailure e) {
            failures.add(id + ": " + e.getMessage());
            pause(stop);
        }
    }

    private static void pause(CountDownLatch stop) {
        try {
            stop.await(20, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private String balance() {
        long lost = acknowledged.stream().filter(id -> !received.contains(id)).count();
        return "sent " + sent.get() + ", acknowledged " + acknowledged.size() + ", received " + received.size()
                + ", not received yet " + lost + ", duplicated " + (deliveries.get() - received.size())
                + ", failed sends " + failures.size();
    }

    private static void delete(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
