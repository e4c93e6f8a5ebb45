package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.broker.ManagementEndpoint;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.FreePorts;
import io.reliablemq.conformance.process.SmallDisk;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A broker without room takes no messages and says why; what it has is delivered; and it takes messages again when there is
 * room, in time for nobody to lose one.
 */
@Execution(ExecutionMode.CONCURRENT)
class DiskFullIT {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String TOPIC = "orders";
    private static final int DISK_MEGABYTES = 64;
    private static final String MORE_THAN_ANY_DISK = "disk-reserve=1000000TB";

    @TempDir
    Path folder;

    private final int nameServerPort = FreePorts.next();
    private final String nameServers = "127.0.0.1:" + nameServerPort;
    private final int managementPort = FreePorts.next();
    private final ManagementEndpoint management = new ManagementEndpoint(managementPort);
    private final Administration administration = OfficialPeer.administration(nameServers);
    private final ClientLibrary ours = new OurClientLibrary();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final List<String> acknowledged = new ArrayList<>();
    private int sent;

    @AfterEach
    void end() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
        administration.close();
    }

    private BrokerProcess broker(Path place, String... settings) {
        return opened(BrokerProcess.withNameServer("full", place, FreePorts.next(), nameServerPort)
                .with("management.port=" + managementPort)
                .with(settings));
    }

    private <T extends AutoCloseable> T opened(T closeable) {
        opened.add(closeable);
        return closeable;
    }

    @Test
    void refusesWhatItsReserveIsForAndTakesItWithASmallerOne() throws Exception {
        BrokerProcess broker = broker(folder, "disk-reserve=1MB");
        broker.start(administration);
        administration.createTopic(broker.address(), TOPIC, 2);
        Sender ourSender = opened(ours.sender(nameServers, "P-full-ours"));
        Sender officialSender = opened(OfficialPeer.clientLibrary().sender(nameServers, "P-full-official"));
        send(ourSender, 10);
        send(officialSender, 10);
        broker.kill();

        broker = opened(broker.with(MORE_THAN_ANY_DISK));
        broker.start(administration);
        requireRefused(ourSender);
        requireRefused(officialSender);
        requireHealth("\"DEGRADED\"", "\"disk\"");
        requireReceived("G-full-reads");
        broker.kill();

        broker = opened(broker.with("disk-reserve=1MB"));
        broker.start(administration);
        send(ourSender, 10);
        send(officialSender, 10);
        requireReceived("G-full-later");
    }

    @Test
    void ourClientGoesToAnotherBroker() throws Exception {
        BrokerProcess full = broker(folder.resolve("full"), MORE_THAN_ANY_DISK);
        full.start(administration);
        BrokerProcess other =
                opened(BrokerProcess.registeringWith(nameServers, "other", folder.resolve("other"), FreePorts.next()));
        other.start(administration);
        administration.createTopic(full.address(), TOPIC, 2);
        administration.createTopic(other.address(), TOPIC, 2);
        await("both have the topic")
                .atMost(BOUND)
                .until(() -> administration.brokersOf(TOPIC).size() == 2);

        try (Sender sender = ours.sender(nameServers, "P-full-other")) {
            for (int i = 0; i < 20; i++) {
                assertThat(sender.send(next()).brokerName()).isEqualTo("other");
            }
        }
    }

    @Test
    void takesMessagesAgainByItselfWhenThereIsRoom() throws Exception {
        SmallDisk disk = opened(SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES));
        BrokerProcess broker = broker(disk.folder(), "disk-reserve=16MB", "segment-bytes=1MB");
        broker.start(administration);
        administration.createTopic(broker.address(), TOPIC, 2);
        Sender sender = opened(ours.sender(nameServers, "P-full-itself"));
        send(sender, 10);

        disk.fillUpTo(8 << 20);
        awaitRefusal(sender);
        requireHealth("\"DEGRADED\"", "\"disk\"");
        requireReceived("G-full-meanwhile");

        disk.free();
        awaitSent(sender);
        requireHealth("\"UP\"", "\"findings\":[]");
        requireReceived("G-full-after");
    }

    /** Without a reserve the disk really is full: the next log file cannot be made. */
    @Test
    void survivesADiskWithoutAnyRoom() throws Exception {
        SmallDisk disk = opened(SmallDisk.mount(folder.resolve("disk"), DISK_MEGABYTES));
        BrokerProcess broker = broker(disk.folder(), "disk-reserve=0", "segment-bytes=1MB");
        broker.start(administration);
        administration.createTopic(broker.address(), TOPIC, 2);
        Sender sender = opened(ours.sender(nameServers, "P-full-really"));
        send(sender, 10);

        disk.fillUpTo(0);
        awaitRefusal(sender);
        requireReceived("G-full-meanwhile");

        disk.free();
        awaitSent(sender);
        broker.kill();
        broker.start(administration);
        send(sender, 10);
        requireReceived("G-full-after");
    }

    private OutgoingMessage next() {
        return OutgoingMessage.of(TOPIC, LoadThreads.body("message-" + sent++));
    }

    private void send(Sender sender, int count) {
        for (int i = 0; i < count; i++) {
            sendOne(sender);
        }
    }

    private void sendOne(Sender sender) {
        OutgoingMessage message = next();
        sender.send(message);
        acknowledged.add(LoadThreads.idOf(message.body()));
    }

    private void requireRefused(Sender sender) {
        assertThatThrownBy(() -> sender.send(next()))
                .isInstanceOf(SendFailure.class)
                .satisfies(refusal -> System.out.println("Refused: " + refusal.getMessage()))
                .hasStackTraceContaining("DISK_FULL")
                .hasStackTraceContaining("bytes are left on the disk");
    }

    /** Sends until the broker refuses, which it does once its look at the disk, or the disk itself, says so. */
    private void awaitRefusal(Sender sender) {
        await("a refusal").atMost(BOUND).pollInterval(Duration.ofMillis(1)).until(() -> {
            try {
                sendOne(sender);
                return false;
            } catch (SendFailure refusal) {
                System.out.println("Refused: " + refusal.getMessage());
                assertThat(refusal).hasMessageContaining("DISK_FULL");
                return true;
            }
        });
    }

    private void awaitSent(Sender sender) {
        await("messages are taken again")
                .atMost(BOUND)
                .ignoreExceptionsInstanceOf(SendFailure.class)
                .until(() -> {
                    sendOne(sender);
                    return true;
                });
    }

    private void requireHealth(String... parts) throws IOException {
        assertThat(management.health()).contains(parts);
    }

    private void requireReceived(String group) throws InterruptedException {
        GroupRecord record = new GroupRecord(group);
        try (Receiver receiver = ours.receiver(nameServers, Subscription.of(group, TOPIC), message -> {
            record.received(message, LoadThreads.idOf(message.body()));
            return Outcome.CONSUME_SUCCESS;
        })) {
            record.requireAll(acknowledged, BOUND);
        }
    }
}
