package io.reliablemq.conformance.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.broker.BrokerProcess;
import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.Administration;
import io.reliablemq.conformance.port.Listener.Outcome;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import io.reliablemq.conformance.process.ChildProcess;
import io.reliablemq.conformance.process.FreePorts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A data folder that lost or changed bytes between two starts, as an operator meets it: what the broker says, and what helps. */
@Execution(ExecutionMode.CONCURRENT)
class DamagedFolderIT {

    private static final Duration BOUND = Duration.ofSeconds(60);
    private static final String TOPIC = "orders";
    private static final int MESSAGES = 3_000;
    private static final int WITNESSES = 20;

    @TempDir
    Path folder;

    private final int nameServerPort = FreePorts.next();
    private final String nameServers = "127.0.0.1:" + nameServerPort;
    private final OurClientLibrary ours = new OurClientLibrary();
    private final Map<String, Receipt> receipts = new LinkedHashMap<>();
    private BrokerProcess broker;
    private Administration administration;

    /** Some log files, the last of them in use when the broker is killed. */
    @BeforeEach
    void fill() throws Exception {
        broker = BrokerProcess.withNameServer("damaged", folder, FreePorts.next(), nameServerPort)
                .with("segment-bytes=1MB");
        administration = OfficialPeer.administration(nameServers);
        broker.start(administration);
        administration.createTopic(broker.address(), TOPIC, 1);
        try (Sender sender = ours.sender(nameServers, "P-damaged")) {
            Map<String, CompletableFuture<Receipt>> sent = new LinkedHashMap<>();
            for (int i = 0; i < MESSAGES; i++) {
                String id = "message-" + i;
                sent.put(
                        id,
                        sender.sendAsync(
                                OutgoingMessage.of(TOPIC, LoadThreads.body(id)).withKeys(id)));
            }
            for (Map.Entry<String, CompletableFuture<Receipt>> entry : sent.entrySet()) {
                receipts.put(entry.getKey(), entry.getValue().get(60, TimeUnit.SECONDS));
            }
            // A flush each: what nothing behind it bears witness of looks like a torn tail, however large its flush
            // was.
            for (int i = MESSAGES; i < MESSAGES + WITNESSES; i++) {
                String id = "message-" + i;
                receipts.put(
                        id,
                        sender.send(
                                OutgoingMessage.of(TOPIC, LoadThreads.body(id)).withKeys(id)));
            }
        }
        assertThat(received("G-damaged-before")).containsExactlyInAnyOrderElementsOf(receipts.keySet());
        broker.kill();
        assertThat(segments()).hasSizeGreaterThan(3);
    }

    @AfterEach
    void end() {
        broker.close();
        administration.close();
    }

    @Test
    void aByteInTheLastLogFileIsFoundAndSalvageKeepsEverythingElse() throws Exception {
        Path last = lastUsedSegment();
        String lost = damageAMessageIn(last);

        String refusal = refusal(broker);
        assertThat(refusal).contains(last.toString());

        broker = broker.with("recovery=salvage");
        requireThatOnlyThisIsLost(lost);
    }

    @Test
    void aByteInAnEndedLogFileIsFoundByAFullVerificationAndSalvageKeepsEverythingElse() throws Exception {
        Path second = segments().get(1);
        String lost = damageAMessageIn(second);

        String refusal = refusal(broker.with("verify-log-on-start=true"));
        assertThat(refusal).contains(second.toString());

        broker = broker.with("recovery=salvage");
        requireThatOnlyThisIsLost(lost);
    }

    @Test
    void whatIsDerivedFromTheLogIsMadeAgain() throws Exception {
        delete("log", ".index");
        requireThatNothingIsLost("G-without-queue-index");
        delete("log", ".keys");
        requireThatNothingIsLost("G-without-key-index");
        delete("state", "accounts.json");
        requireThatNothingIsLost("G-without-accounts");
        delete("log", ".index");
        delete("log", ".keys");
        delete("state", "accounts.json");
        requireThatNothingIsLost("G-without-all");
    }

    /** One line for the operator, and the end. @return what the process wrote */
    private static String refusal(BrokerProcess refused) {
        try (ChildProcess process = refused.launch()) {
            int exit = process.awaitExit(BOUND);
            String output = process.output();
            System.out.println("Refused with " + exit + ":\n" + output);
            assertThat(exit).as(output).isEqualTo(1);
            assertThat(output).doesNotContain("\tat ");
            assertThat(output.lines().filter(line -> line.contains("damaged at position")))
                    .as(output)
                    .hasSize(1)
                    .allSatisfy(line -> assertThat(line)
                            .contains("Nothing was changed")
                            .contains("reliable-mq.broker.recovery=salvage"));
            return output;
        }
    }

    private void requireThatOnlyThisIsLost(String lost) throws Exception {
        broker.start(administration);
        String output = broker.running().output();
        List<String> left = new ArrayList<>(receipts.keySet());
        left.remove(lost);
        assertThat(received("G-after-salvage", left.size())).containsExactlyInAnyOrderElementsOf(left);
        assertThat(output.lines().filter(line -> line.contains("set aside")))
                .as(output)
                .hasSize(1)
                .allSatisfy(line -> assertThat(line).contains("1 messages"));
        try (Stream<Path> aside = Files.list(folder.resolve("data/damaged"))) {
            assertThat(aside)
                    .hasSize(1)
                    .allSatisfy(file -> assertThat(new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1))
                            .contains(lost + "\n")
                            .contains("xyx"));
        }
        broker.kill();
        broker = broker.with("recovery=strict", "verify-log-on-start=true");
        requireThatTheseAreThere("G-later", left);
    }

    private void requireThatNothingIsLost(String group) throws Exception {
        requireThatTheseAreThere(group, List.copyOf(receipts.keySet()));
        String id = "message-" + MESSAGES / 3;
        assertThat(administration.byKey(TOPIC, id, 8, 0, Long.MAX_VALUE))
                .hasSize(1)
                .allSatisfy(found ->
                        assertThat(found.messageId()).isEqualTo(receipts.get(id).messageId()));
        // Stored every ten seconds; one of the files that the next round deletes.
        await().atMost(BOUND).until(() -> Files.exists(folder.resolve("data/state/accounts.json")));
        broker.kill();
    }

    private void requireThatTheseAreThere(String group, List<String> ids) throws Exception {
        broker.start(administration);
        assertThat(received(group, ids.size())).containsExactlyInAnyOrderElementsOf(ids);
    }

    private List<String> received(String group) throws Exception {
        return received(group, receipts.size());
    }

    /** What a new group receives, which must be so many messages, each once. */
    private List<String> received(String group, int count) throws Exception {
        GroupRecord record = new GroupRecord(group);
        try (Receiver receiver = ours.receiver(nameServers, Subscription.of(group, TOPIC), message -> {
            record.received(message, LoadThreads.idOf(message.body()));
            return Outcome.CONSUME_SUCCESS;
        })) {
            record.awaitDistinct(Deadline.in(BOUND), count);
        }
        assertThat(record.duplicates()).isZero();
        return List.copyOf(record.ids());
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder.resolve("data/log"))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
        }
    }

    private Path lastUsedSegment() throws IOException {
        Path used = segments().get(0);
        for (Path segment : segments()) {
            used = positionsOfMessages(segment).isEmpty() ? used : segment;
        }
        return used;
    }

    /** Changes one byte of a message in the middle of this file. @return the message's id */
    private String damageAMessageIn(Path segment) throws IOException {
        List<Integer> positions = positionsOfMessages(segment);
        int at = positions.get(positions.size() / 2);
        byte[] content = Files.readAllBytes(segment);
        int end = at;
        while (content[end] != '\n') {
            end++;
        }
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            file.seek(end + 50);
            file.write('y');
        }
        return new String(content, at, end - at, StandardCharsets.US_ASCII);
    }

    /** Where in the file bodies start. */
    private static List<Integer> positionsOfMessages(Path segment) throws IOException {
        String content = Files.readString(segment, StandardCharsets.ISO_8859_1);
        List<Integer> positions = new ArrayList<>();
        for (int filling = content.indexOf("\nxxxx"); filling >= 0; filling = content.indexOf("\nxxxx", filling + 1)) {
            positions.add(content.lastIndexOf("message-", filling));
        }
        return positions;
    }

    private void delete(String subfolder, String ending) throws IOException {
        List<Path> doomed;
        try (Stream<Path> files = Files.list(folder.resolve("data").resolve(subfolder))) {
            doomed = files.filter(file -> file.toString().endsWith(ending)).toList();
        }
        assertThat(doomed).as("files to delete: " + ending).isNotEmpty();
        for (Path file : doomed) {
            Files.delete(file);
        }
    }
}
