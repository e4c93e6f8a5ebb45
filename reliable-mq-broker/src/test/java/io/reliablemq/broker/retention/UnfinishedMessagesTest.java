package io.reliablemq.broker.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.store.index.SegmentContent.Part;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What old segments are kept for. */
class UnfinishedMessagesTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private CommittedOffsets offsets;
    private boolean waiting;

    @BeforeEach
    void fill() throws Exception {
        for (int i = 0; i < 10; i++) {
            store.append(
                    new StoredMessage("orders", 0, 0, 0, 0, 0, 1, HOST, 0, HOST, 0, 0, Map.of(), new byte[1]),
                    MessageStore.NO_ORIGIN,
                    result -> {});
        }
        offsets = CommittedOffsets.load(new AtomicFile(new SimulatedDisk(), Path.of("/state/offsets.json")), store);
    }

    private UnfinishedMessages guard(RetentionRules rules) {
        return new UnfinishedMessages(rules, offsets, segment -> waiting, () -> {}, clock);
    }

    private SegmentContent segment(String topic, long from, long to) {
        return new SegmentContent(0, 1 << 20, clock.wallMs(), List.of(new Part(topic, 0, from, to)));
    }

    private static RetentionRules rules(boolean deleteUnconsumed, Duration deadLetterAge) {
        return new RetentionRules(deleteUnconsumed, deadLetterAge);
    }

    @Test
    void whatNoGroupIsKnownForMayGo() {
        assertThat(guard(rules(false, Duration.ZERO)).reasonToKeep(segment("orders", 0, 10)))
                .isEmpty();
    }

    @Test
    void whatAKnownGroupHasNotConsumedIsKept() throws Exception {
        UnfinishedMessages guard = guard(rules(false, Duration.ZERO));
        offsets.subscribed("billing", List.of("orders"));
        assertThat(guard.reasonToKeep(segment("orders", 0, 5)).orElse(""))
                .contains("5 messages of topic orders")
                .contains("billing");

        offsets.commit("billing", QUEUE, 4);
        offsets.persist();
        assertThat(guard.reasonToKeep(segment("orders", 0, 5)).orElse("")).contains("1 messages");

        offsets.commit("billing", QUEUE, 5);
        assertThat(guard.reasonToKeep(segment("orders", 0, 5)))
                .as("an offset that a crash would take back")
                .isPresent();
        offsets.persist();
        assertThat(guard.reasonToKeep(segment("orders", 0, 5))).isEmpty();
        assertThat(guard.reasonToKeep(segment("orders", 5, 10))).isPresent();

        offsets.forget("billing", true);
        assertThat(guard.reasonToKeep(segment("orders", 5, 10))).isEmpty();
    }

    @Test
    void unconsumedMessagesAreDeletedOnRequestOnlyAndCounted() {
        UnfinishedMessages guard = guard(rules(true, Duration.ZERO));
        offsets.subscribed("billing", List.of("orders"));

        assertThat(guard.reasonToKeep(segment("orders", 0, 5))).isEmpty();
        guard.deleting(segment("orders", 0, 5));

        assertThat(guard.read().get(0).value()).isEqualTo(5);
    }

    @Test
    void deadLettersAreKeptForEverUnlessTheyMayExpire() {
        SegmentContent dead = segment("%DLQ%billing", 0, 1);
        clock.pass(Duration.ofDays(1000));
        assertThat(guard(rules(true, Duration.ZERO)).reasonToKeep(dead)).isPresent();
        assertThat(guard(rules(true, Duration.ofDays(1001))).reasonToKeep(dead)).isPresent();
        assertThat(guard(rules(true, Duration.ofDays(999))).reasonToKeep(dead)).isEmpty();
    }

    @Test
    void whatWaitsForItsTimeIsKept() {
        waiting = true;
        assertThat(guard(rules(true, Duration.ZERO))
                        .reasonToKeep(segment("orders", 0, 5))
                        .orElse(""))
                .contains("wait for their time");
    }
}
