package io.reliablemq.broker.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.role.RoleStatus.LogStanding;
import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.protocol.header.MalformedHeaderException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RoleStatusTest {

    private static final Epoch FIRST = new Epoch(1, 11, 0);

    private static RoleStatus master(String address, long committed, Epoch... epochs) {
        return new RoleStatus(
                "a",
                address,
                new ActingRole(BrokerRole.SYNC_MASTER, 0, BrokerRole.SYNC_MASTER, null, 0),
                new LogStanding(EpochHistory.of(List.of(epochs)), committed));
    }

    /** A master that was cut off and started again has begun an epoch, and could commit nothing in it. */
    @Test
    void theOneThatCommittedInTheLaterEpochStays() {
        RoleStatus promoted = master("h:2", 300, FIRST, new Epoch(2, 22, 200));
        RoleStatus cutOff = master("h:1", 200, FIRST, new Epoch(7, 77, 200));

        assertThat(cutOff.givesWayTo(promoted)).isTrue();
        assertThat(promoted.givesWayTo(cutOff)).isFalse();
    }

    @Test
    void withNothingCommittedSinceTheLaterEpochStays() {
        RoleStatus promoted = master("h:2", 200, FIRST, new Epoch(2, 22, 200));
        RoleStatus old = master("h:1", 200, FIRST);

        assertThat(old.givesWayTo(promoted)).isTrue();
        assertThat(promoted.givesWayTo(old)).isFalse();
    }

    @Test
    void ofTwoAlikeExactlyOneGivesWay() {
        RoleStatus one = master("h:1", 200, FIRST, new Epoch(2, 22, 200));
        RoleStatus other = master("h:2", 200, FIRST, new Epoch(2, 33, 200));

        assertThat(one.givesWayTo(other)).isNotEqualTo(other.givesWayTo(one));
    }

    @Test
    void nobodyGivesWayToALogThatDoesNotContinueItsOwn() {
        RoleStatus one = master("h:1", 200, FIRST);
        RoleStatus stranger = master("h:2", 900, new Epoch(4, 99, 0));

        assertThat(one.givesWayTo(stranger)).isFalse();
        assertThat(one.isRelatedTo(stranger)).isFalse();
    }

    @Test
    void anEmptyLogHasNothingToLose() {
        RoleStatus empty = master("h:1", 0, new Epoch(1, 55, 0));
        RoleStatus other = master("h:2", 900, new Epoch(4, 99, 0));

        assertThat(empty.givesWayTo(other)).isTrue();
        assertThat(other.givesWayTo(empty)).isFalse();
    }

    @Test
    void aLogIsContinuedByOneThatHasComeAsFar() {
        RoleStatus starting = master("", 200, FIRST);

        assertThat(starting.isContinuedBy(master("h:2", 200, FIRST, new Epoch(2, 22, 200))))
                .isTrue();
        assertThat(starting.isContinuedBy(master("h:2", 190, FIRST, new Epoch(2, 22, 190))))
                .as("with less, and nothing of its own")
                .isFalse();
        assertThat(starting.isContinuedBy(master("h:2", 195, FIRST, new Epoch(2, 22, 190))))
                .as("with less, and something of its own")
                .isTrue();
        assertThat(starting.isContinuedBy(starting)).isTrue();
        assertThat(master("", 0).isContinuedBy(starting)).isTrue();
        assertThat(starting.isContinuedBy(master("h:2", 900, new Epoch(4, 99, 0))))
                .isFalse();
    }

    @Test
    void theLogNamesTheEpochThatBegins() {
        RoleStatus promoted = master("h:2", 200, FIRST, new Epoch(2, 22, 200));
        RoleStatus goesOn = master("h:2", 300, FIRST, new Epoch(2, 22, 200));

        assertThat(promoted.log()).hasToString("epoch 2, position 200, written in epoch 1");
        assertThat(goesOn.log()).hasToString("epoch 2, position 300");
    }

    @Test
    void travelsInHeaderFields() {
        RoleStatus slave = new RoleStatus(
                "a",
                "h:1",
                new ActingRole(BrokerRole.SLAVE, 3, BrokerRole.ASYNC_MASTER, "h:2", 0),
                new LogStanding(EpochHistory.of(List.of(FIRST, new Epoch(2, -5, 200))), 345));

        assertThat(RoleStatus.read(slave.fields())).isEqualTo(slave);
    }

    @Test
    void whatIsNoStatusIsRefused() {
        Map<String, String> fields = new HashMap<>(master("h:1", 1, FIRST).fields());
        fields.put("role", "LEADER");
        assertThatThrownBy(() -> RoleStatus.read(fields)).isInstanceOf(MalformedHeaderException.class);
        fields.put("role", "SLAVE");
        assertThatThrownBy(() -> RoleStatus.read(fields))
                .isInstanceOf(MalformedHeaderException.class)
                .hasMessageContaining("number 0");
    }

    @Test
    void aSlaveMayFollowWhoeverGoesOnWhereItsLogEnds() {
        RoleStatus slave = slave(200, FIRST);

        assertThat(slave.mayFollow(master("h:2", 200, FIRST, new Epoch(2, 22, 200))))
                .isTrue();
        assertThat(slave.mayFollow(master("h:2", 900, FIRST, new Epoch(2, 22, 200))))
                .isTrue();
        assertThat(slave.mayFollow(slave(900, FIRST))).as("a slave").isFalse();
    }

    @Test
    void aSlaveFollowsNoStrangerNoOlderMasterAndNoneThatHasLess() {
        RoleStatus slave = slave(200, FIRST, new Epoch(3, 33, 200));

        assertThat(slave.mayFollow(master("h:2", 900, new Epoch(4, 99, 0))))
                .as("a stranger")
                .isFalse();
        assertThat(slave.mayFollow(master("h:2", 900, FIRST, new Epoch(2, 22, 200))))
                .as("a master of an epoch before")
                .isFalse();
        assertThat(slave.mayFollow(master("h:2", 190, FIRST, new Epoch(4, 44, 190))))
                .as("a later master with less")
                .isFalse();
    }

    /** It was killed: what was committed last is in its log, and stands before the epoch that it has begun since. */
    @Test
    void aSlaveMayFollowAMasterThatHasItsWholeLogAndKnowsLessOfItAsCommitted() {
        RoleStatus slave = slave(200, FIRST);

        assertThat(slave.mayFollow(master("h:2", 150, FIRST, new Epoch(2, 22, 220))))
                .isTrue();
        assertThat(slave.mayFollow(master("h:2", 150, FIRST, new Epoch(2, 22, 200))))
                .isTrue();
        assertThat(slave.mayFollow(master("h:2", 150, FIRST, new Epoch(2, 22, 199))))
                .as("its log ended before")
                .isFalse();
        assertThat(slave.mayFollow(master("h:2", 150, FIRST)))
                .as("the same epoch")
                .isFalse();
        assertThat(slave.mayFollow(master("h:2", 150, new Epoch(2, 22, 0))))
                .as("a stranger")
                .isFalse();
        assertThat(slave(200, FIRST, new Epoch(2, 23, 100)).mayFollow(master("h:2", 150, FIRST, new Epoch(3, 33, 200))))
                .as("one that went another way before")
                .isFalse();
    }

    @Test
    void whoHasCommittedNothingKnowsAStrangerByItsEpochs() {
        RoleStatus slave = slave(0, FIRST);

        assertThat(slave.sharesAnEpochWith(master("h:2", 200, FIRST, new Epoch(2, 22, 200))))
                .isTrue();
        assertThat(slave.sharesAnEpochWith(master("h:2", 200, new Epoch(4, 99, 0))))
                .isFalse();
        assertThat(slave(0).sharesAnEpochWith(master("h:2", 200, FIRST))).isFalse();
    }

    private static RoleStatus slave(long committed, Epoch... epochs) {
        return new RoleStatus(
                "a",
                "h:3",
                new ActingRole(BrokerRole.SLAVE, 1, BrokerRole.SYNC_MASTER, "h:1", 0),
                new LogStanding(EpochHistory.of(List.of(epochs)), committed));
    }
}
