package io.reliablemq.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.client.OfficialPeer;
import io.reliablemq.conformance.client.OurClientLibrary;
import io.reliablemq.conformance.port.ClientLibrary;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Our client and the official one on the same topics and in the same group, as in a system that moves step by step. */
abstract class MixedClientsSuite extends ConformanceCase {

    private final ClientLibrary ours = new OurClientLibrary();
    private final ClientLibrary official = OfficialPeer.clientLibrary();

    @Test
    void whatOursSendsTheOfficialReceives() {
        assertArrivesUnchanged(ours, official);
    }

    @Test
    void whatTheOfficialSendsOursReceives() {
        assertArrivesUnchanged(official, ours);
    }

    private void assertArrivesUnchanged(ClientLibrary sending, ClientLibrary receiving) {
        // Above 4 KiB and repetitive: the official client compresses it on its way.
        byte[] body = new byte[20_000];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) i;
        }
        Map<String, String> properties = Map.of("plain", "value", "unicode", "Grüße, 世界 🚀");
        Receipt receipt = sender(sending)
                .send(OutgoingMessage.of(topic(), body)
                        .withTag("the-tag")
                        .withKeys("key-1 key-2")
                        .withProperties(properties));

        Recorder recorder = Recorder.succeeding();
        receiver(receiving, recorder);

        awaitDeliveries(recorder, 1);
        IncomingMessage received = recorder.deliveries().get(0);
        assertThat(received.body()).isEqualTo(body);
        assertThat(received.messageId()).isEqualTo(receipt.messageId());
        assertThat(received.offsetMessageId()).isEqualTo(receipt.offsetMessageId());
        assertThat(received.properties())
                .containsAllEntriesOf(properties)
                .containsEntry("TAGS", "the-tag")
                .containsEntry("KEYS", "key-1 key-2");
    }

    @Test
    void bothShareTheQueuesOfAGroupAndEachTakesOverFromTheOther() throws Exception {
        assertTakesOver(official, ours);
    }

    @Test
    void theOfficialOneTakesOverFromOurs() throws Exception {
        assertTakesOver(ours, official);
    }

    private void assertTakesOver(ClientLibrary leavingLibrary, ClientLibrary stayingLibrary) throws Exception {
        Recorder leavingRecorder = Recorder.succeeding();
        Recorder stayingRecorder = Recorder.succeeding();
        Receiver leaving = receiver(leavingLibrary, leavingRecorder);
        Receiver staying = receiver(stayingLibrary, stayingRecorder);
        await("two queues each").atMost(DELIVERY_BOUND).untilAsserted(() -> {
            assertThat(staying.queuesOf(topic())).hasSize(QUEUES / 2);
            assertThat(leaving.queuesOf(topic()))
                    .hasSize(QUEUES / 2)
                    .doesNotContainAnyElementsOf(staying.queuesOf(topic()));
        });
        Sender sender = sender(ours);
        IntStream.range(0, 40).forEach(i -> sender.send(message("both-" + i)));
        await("all received by the two")
                .atMost(DELIVERY_BOUND)
                .until(() -> union(leavingRecorder.bodies(), stayingRecorder.bodies())
                        .equals(bodies("both-", 40)));

        close(leaving);
        await("all queues with the one that stays")
                .atMost(DELIVERY_BOUND)
                .until(() -> staying.queuesOf(topic()).size() == QUEUES);
        IntStream.range(0, 40).forEach(i -> sender.send(message("one-" + i)));
        await("all received by the one that stays")
                .atMost(DELIVERY_BOUND)
                .until(() -> stayingRecorder.bodies().containsAll(bodies("one-", 40)));
    }

    @Test
    void aMessageThatFailsInOneIsRetriedInTheOther() throws Exception {
        broker().prepareGroup(group());
        Recorder failing = Recorder.failing(Integer.MAX_VALUE);
        Receiver first = receiver(official, failing);
        Receipt receipt = sender(ours).send(message("fails once"));
        // Once it has come twice, it was given back: before, the one that leaves may not have got that far.
        awaitDeliveries(failing, 2);
        close(first);

        Recorder succeeding = Recorder.succeeding();
        receiver(ours, succeeding);

        awaitDeliveries(succeeding, 1);
        IncomingMessage retried = succeeding.deliveries().get(0);
        assertThat(retried.reconsumeTimes()).isPositive();
        assertThat(retried.topic()).isEqualTo(topic());
        assertThat(retried.messageId()).isEqualTo(receipt.messageId());
        assertThat(new String(retried.body(), UTF_8)).isEqualTo("fails once");
    }
}
