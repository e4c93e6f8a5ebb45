package io.reliablemq.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.GroupsOnAStore;
import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CommittedOffsetsTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 1);

    private final MemoryStore store = new MemoryStore(new ManualClock());
    private final AtomicFile file = new AtomicFile(new SimulatedDisk(), Path.of("/state/offsets.json"));
    private CommittedOffsets offsets;

    @BeforeEach
    void load() throws IOException {
        offsets = CommittedOffsets.load(file, store);
    }

    private void send(int count) {
        for (int i = 0; i < count; i++) {
            store.append(GroupsOnAStore.message(QUEUE, "m"), MessageStore.NO_ORIGIN, result -> {});
        }
    }

    @Test
    void nobodyHoldsMessagesOfATopicThatNoGroupIsKnownFor() {
        send(1);
        offsets.subscribed("g", List.of("another"));

        assertThat(offsets.unconsumedFrom(QUEUE)).isEmpty();
    }

    @Test
    void groupThatSubscribedAndNeverCommittedHoldsEverything() throws IOException {
        send(5);
        offsets.commit("ahead", QUEUE, 5);
        offsets.subscribed("behind", List.of("orders"));
        offsets.persist();
        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(0);

        load();
        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(0);
        assertThat(offsets.known().groups("orders")).containsExactlyInAnyOrder("ahead", "behind");
    }

    @Test
    void onlyWhatTheDiskKnowsIsFinished() throws IOException {
        send(5);
        offsets.commit("g", QUEUE, 3);
        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(0);

        offsets.persist();
        offsets.commit("g", QUEUE, 5);

        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(3);
    }

    @Test
    void whatAGroupHasGoneBackToIsUnfinishedAtOnce() throws IOException {
        send(5);
        offsets.commit("g", QUEUE, 4);
        offsets.persist();

        offsets.commit("g", QUEUE, 1);

        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(1);
    }

    @Test
    void forgottenGroupHoldsNothingAndGoesOnWhereItWas() throws IOException {
        send(5);
        offsets.commit("g", QUEUE, 3);
        offsets.persist();

        offsets.forget("g", false);
        assertThat(offsets.unconsumedFrom(QUEUE)).isEmpty();
        offsets.persist();
        load();

        assertThat(offsets.unconsumedFrom(QUEUE)).isEmpty();
        assertThat(offsets.find("g", QUEUE)).isEqualTo(3);
        offsets.subscribed("g", List.of("orders"));
        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(3);
    }

    @Test
    void groupThatIsForgottenWithItsOffsetsBeginsAnew() throws IOException {
        send(5);
        offsets.commit("g", QUEUE, 3);
        offsets.forget("g", true);
        offsets.persist();
        load();

        assertThat(offsets.find("g", QUEUE)).isNull();
        assertThat(offsets.known().groups()).isEmpty();
    }

    @Test
    void groupsOfAFileThatDidNotKeepThemAreThoseWithOffsets() throws IOException {
        send(5);
        file.write("{\"offsets\":{\"g\":{\"orders\":{\"1\":4}}}}".getBytes(StandardCharsets.UTF_8));
        load();

        assertThat(offsets.unconsumedFrom(QUEUE)).hasValue(4);
        assertThat(offsets.known().beginning("g", QUEUE)).isEqualTo(4);
    }

    @Test
    void anOffsetOnDiskIsNeverBehindTheEndOfItsQueue() throws IOException {
        send(2);
        offsets.commit("g", QUEUE, 9);
        offsets.persist();
        load();

        assertThat(offsets.find("g", QUEUE)).isEqualTo(2);
        assertThat(offsets.findStored("g", QUEUE)).isEqualTo(2);
    }

    @Test
    void afterAFailureOfTheLogNothingIsStored() throws IOException {
        send(2);
        offsets.commit("g", QUEUE, 2);
        store.failure = "a force failed";
        offsets.persist();

        assertThat(file.read()).isNull();
        assertThat(offsets.findStored("g", QUEUE)).isNull();
    }

    @Test
    void offsetsOfASlaveCountUnlessThisBrokerHasGoneOnOrBack() {
        send(20);
        offsets.commit("unmoved", QUEUE, 5);
        offsets.merge("unmoved", QUEUE, 5L, 9);
        offsets.commit("setBackAtTheSlave", QUEUE, 5);
        offsets.merge("setBackAtTheSlave", QUEUE, 5L, 2);
        offsets.commit("bothWentOn", QUEUE, 7);
        offsets.merge("bothWentOn", QUEUE, 5L, 9);
        offsets.commit("wentOnFurtherHere", QUEUE, 12);
        offsets.merge("wentOnFurtherHere", QUEUE, 5L, 9);
        offsets.commit("setBackHere", QUEUE, 1);
        offsets.merge("setBackHere", QUEUE, 5L, 9);
        offsets.merge("new", QUEUE, null, 3);
        offsets.merge("forgottenHere", QUEUE, 5L, 9);

        assertThat(offsets.find("unmoved", QUEUE)).isEqualTo(9);
        assertThat(offsets.find("setBackAtTheSlave", QUEUE)).isEqualTo(2);
        assertThat(offsets.find("bothWentOn", QUEUE)).isEqualTo(9);
        assertThat(offsets.find("wentOnFurtherHere", QUEUE)).isEqualTo(12);
        assertThat(offsets.find("setBackHere", QUEUE)).isEqualTo(1);
        assertThat(offsets.find("new", QUEUE)).isEqualTo(3);
        assertThat(offsets.find("forgottenHere", QUEUE)).isNull();
    }

    @Test
    void followsTheMastersFileWithAllThatIsNotInIt() throws IOException {
        send(9);
        byte[][] content = new byte[1][];
        CommittedOffsets master = CommittedOffsets.load(
                new AtomicFile(new SimulatedDisk(), Path.of("/master/offsets.json"), bytes -> content[0] = bytes),
                store);
        master.commit("theirs", QUEUE, 4);
        master.persist();
        offsets.commit("gone", QUEUE, 3);
        offsets.commit("own", QUEUE, 6);

        offsets.follow(content[0], (group, queue) -> group.equals("own"));
        offsets.persist();
        load();

        assertThat(offsets.find("theirs", QUEUE)).isEqualTo(4);
        assertThat(offsets.find("own", QUEUE)).isEqualTo(6);
        assertThat(offsets.find("gone", QUEUE)).isNull();
        assertThat(offsets.known().groups()).containsExactly("theirs");
    }
}
