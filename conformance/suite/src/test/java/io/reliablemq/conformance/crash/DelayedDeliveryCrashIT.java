package io.reliablemq.conformance.crash;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.DeliveryTime;
import io.reliablemq.conformance.port.DeliveryTime.Kind;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The broker process is killed while messages wait for their time: each is handed over, and none twice. */
@Execution(ExecutionMode.CONCURRENT)
class DelayedDeliveryCrashIT {

    private static final Duration BOUND = Duration.ofSeconds(90);
    private static final int MESSAGES = 400;
    private static final int KILLS = 3;

    @TempDir
    Path folder;

    @Test
    void eachIsHandedOverOnceThoughTheBrokerIsKilled() throws Exception {
        int nameServerPort = FreePorts.next();
        String nameServers = "127.0.0.1:" + nameServerPort;
        long seed = System.nanoTime();
        System.out.println("Seed " + seed);
        Random random = new Random(seed);
        ClientLibrary ours = new OurClientLibrary();
        // A consumer may receive one copy again after a crash; a second copy has a place of its own.
        Map<String, Set<String>> copies = new ConcurrentHashMap<>();
        try (Administration administration = OfficialPeer.administration(nameServers);
                BrokerProcess broker =
                        BrokerProcess.withNameServer("timers", folder, FreePorts.next(), nameServerPort)) {
            broker.start(administration);
            try (Sender sender = ours.sender(nameServers, "P-timers")) {
                for (int i = 0; i < MESSAGES; i++) {
                    OutgoingMessage message = OutgoingMessage.of("timed", ("m" + i).getBytes(UTF_8));
                    long delay = 500 + random.nextInt(12_000);
                    sender.send(message.withTime(new DeliveryTime(Kind.DELAY_MILLIS, delay)));
                }
            }
            try (Receiver receiver = ours.receiver(nameServers, Subscription.of("G-timers", "timed"), message -> {
                copies.computeIfAbsent(new String(message.body(), UTF_8), body -> ConcurrentHashMap.newKeySet())
                        .add(message.queueId() + "/" + message.queueOffset());
                return Outcome.CONSUME_SUCCESS;
            })) {
                for (int kill = 1; kill <= KILLS; kill++) {
                    int enough = MESSAGES * kill / (KILLS + 2);
                    await("some deliveries").atMost(BOUND).until(() -> copies.size() >= enough);
                    broker.running().kill();
                    broker.start(administration);
                }
                await("all deliveries").atMost(BOUND).until(() -> copies.size() == MESSAGES);
            }
        }
        assertThat(copies).allSatisfy((body, places) -> assertThat(places).hasSize(1));
    }
}
