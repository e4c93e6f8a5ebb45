package io.reliablemq.broker.replication.feed;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class InSyncPositionsTest {

    @Test
    void theFirstReplicaCountsWhereOneIsNeeded() {
        InSyncPositions positions = new InSyncPositions(1);

        assertThat(positions.confirm("a", 100)).isEqualTo(100);
        assertThat(positions.confirm("b", 50)).isEqualTo(100);
        assertThat(positions.confirm("b", 150)).isEqualTo(150);
    }

    @Test
    void oneReplicaCountsOnceHoweverOftenItConfirms() {
        InSyncPositions positions = new InSyncPositions(2);

        assertThat(positions.confirm("a", 100)).isEqualTo(-1);
        assertThat(positions.confirm("a", 200)).isEqualTo(-1);
        assertThat(positions.confirm("b", 50)).isEqualTo(50);
        assertThat(positions.confirm("c", 120)).isEqualTo(120);
    }

    @Test
    void replicaThatComesBackWithLessCountsForLess() {
        InSyncPositions positions = new InSyncPositions(1);
        positions.confirm("a", 100);
        positions.confirm("b", 60);

        positions.attach("a", 30);

        assertThat(positions.confirm("b", 70)).isEqualTo(70);
        assertThat(positions.confirm("a", 40)).isEqualTo(70);
    }
}
