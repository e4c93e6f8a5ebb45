package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.replication.feed.ReplicaState;
import io.reliablemq.broker.replication.state.StateReader;
import io.reliablemq.broker.role.BrokerRole;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What a master tells of a slave that lags behind and of one that does not. */
class SlavesTest {

    private final List<ReplicaState> replicas = List.of(
            new ReplicaState("late", "h:1", 100, 2_000, Duration.ofMillis(1_500), false),
            new ReplicaState("unknown", "h:2", 2_100, 0, Duration.ZERO, true));
    private final Slaves slaves = new Slaves(BrokerRole.ASYNC_MASTER, 1, () -> replicas, new ManualClock());

    @Test
    void figuresTellTheLagOfEachSlave() {
        slaves.heardOf(new StateReader("late", 3, "h:10911"));

        assertThat(slaves.read())
                .extracting(figure -> figure.name().replace("reliable.mq.broker.", "") + figure.tags() + figure.value())
                .containsExactly(
                        "slave.lag.size{slave=3}2000.0",
                        "slave.lag{slave=3}1.5",
                        "slave.insync{slave=3}0.0",
                        "slave.lag.size{slave=h:2}0.0",
                        "slave.lag{slave=h:2}0.0",
                        "slave.insync{slave=h:2}1.0",
                        "insync{}2.0");
    }

    @Test
    void healthTellsItWithoutAFinding() {
        slaves.heardOf(new StateReader("late", 3, "h:10911"));

        assertThat(slaves.findings()).isEmpty();
        assertThat(slaves.standing())
                .isEqualTo(Map.of(
                        "inSync",
                        2L,
                        "slaves",
                        Map.of(
                                "3", Map.of("inSync", false, "lagBytes", 2_000L, "lagMillis", 1_500L),
                                "h:2", Map.of("inSync", true, "lagBytes", 0L, "lagMillis", 0L))));
    }
}
