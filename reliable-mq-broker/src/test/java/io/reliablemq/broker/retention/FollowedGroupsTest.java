package io.reliablemq.broker.retention;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.index.SegmentContent;
import io.reliablemq.broker.store.index.SegmentContent.Part;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a slave keeps while its log is ahead of the groups that it knows. */
class FollowedGroupsTest {

    private static final String MASTERS_GROUPS = "{\"offsets\":{},\"known\":{\"billing\":{\"orders\":{}}}}";

    private final ManualClock clock = new ManualClock();
    private long knownUpTo = -1;

    @Test
    void nothingIsDeletedBeforeItIsKnownWhoseMessagesTheyAre() throws Exception {
        CommittedOffsets offsets = CommittedOffsets.load(
                new AtomicFile(new SimulatedDisk(), Path.of("/state/offsets.json")), new MemoryStore(clock));
        FollowedGroups guard = new FollowedGroups(
                new UnfinishedMessages(
                        new RetentionRules(false, Duration.ZERO), offsets, segment -> false, () -> true, clock),
                () -> knownUpTo);
        SegmentContent consumedByNobody = segment("orders", 0, 1_000);
        SegmentContent ofNoGroup = segment("traces", 1_000, 2_000);
        assertThat(guard.reasonToKeep(consumedByNobody).orElse("")).contains("not known here yet");

        offsets.follow(MASTERS_GROUPS.getBytes(StandardCharsets.UTF_8), (group, queue) -> false);
        knownUpTo = 1_999;

        assertThat(guard.reasonToKeep(consumedByNobody).orElse("")).contains("billing");
        assertThat(guard.reasonToKeep(ofNoGroup)).isPresent();
        knownUpTo = 2_000;
        assertThat(guard.reasonToKeep(ofNoGroup)).isEmpty();
    }

    private SegmentContent segment(String topic, long base, long next) {
        return new SegmentContent(base, next, clock.wallMs(), List.of(new Part(topic, 0, 0, 10)));
    }
}
