package io.reliablemq.sample.tally;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.BDDMockito.given;
import static org.mockito.Mockito.mock;

import io.reliablemq.sample.DatabaseTest;
import io.reliablemq.sample.SampleProperties;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.jdbc.core.simple.JdbcClient;

@DatabaseTest
class TalliesTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    @Autowired
    private JdbcClient jdbc;

    private final Clock clock = mock();
    private Instant now = START;
    private Tallies tallies;

    @BeforeEach
    void start() {
        given(clock.instant()).willAnswer(call -> now);
        SampleProperties properties = new SampleProperties(
                Path.of("unused"),
                Duration.ofSeconds(30),
                Duration.ofSeconds(60),
                Duration.ofSeconds(5),
                new SampleProperties.Payment(0, 3),
                new SampleProperties.Demo(false, 1, 1, 1));
        tallies = new Tallies(jdbc, properties, clock);
    }

    @Test
    void countsWhatTheDatabaseSays() {
        order("demo-1-0001", "SHIPPED", START, START);
        attempt("demo-1-0001", 0, "refused");
        attempt("demo-1-0001", 1, null);
        order("demo-1-0002", "DEAD", START, START);
        attempt("demo-1-0002", 0, "refused");
        attempt("demo-1-0002", 1, "refused");
        attempt("demo-1-0002", 2, "refused");
        order("demo-1-0003", "PAID", START, START);
        order("demo-1-0004", "PLACED", null, START);
        order("demo-2-0001", "SHIPPED", START, START);
        attempt("demo-2-0001", 1, null);

        assertThat(tallies.ofIdsBeginning("demo-1-")).isEqualTo(new Tally(4, 3, 1, 3, 1, 0));
        assertThat(tallies.ofIdsBeginning("demo-1-").underWay()).isEqualTo(2);
        assertThat(tallies.ofAll()).isEqualTo(new Tally(5, 4, 2, 4, 1, 0));
        assertThat(tallies.ofIdsBeginning("demo-3-")).isEqualTo(new Tally(0, 0, 0, 0, 0, 0));
    }

    @Test
    void callsAnAcknowledgedOrderLostAfterLongSilence() {
        order("o-1", "PLACED", START, START.plusSeconds(10));
        order("o-2", "PAID", START, START.plusSeconds(10));
        order("o-3", "PLACED", null, START.plusSeconds(10));

        now = START.plusSeconds(70);
        assertThat(tallies.ofAll().lost()).isZero();

        now = START.plusSeconds(71);
        assertThat(tallies.ofAll().lost()).isEqualTo(2);
        assertThat(tallies.ofAll().underWay()).isEqualTo(1);
    }

    @Test
    void doesNotCountSilenceFromBeforeTheStart() {
        order("o-1", "PLACED", START.minusSeconds(9_000), START.minusSeconds(9_000));

        now = START.plusSeconds(59);
        assertThat(tallies.ofAll().lost()).isZero();

        now = START.plusSeconds(60);
        assertThat(tallies.ofAll().lost()).isEqualTo(1);
    }

    @Test
    void isSettledOnceEachOrderIsSentAndNoneUnderWay() {
        assertThat(new Tally(3, 3, 2, 1, 1, 0).isSettled(3)).isTrue();
        assertThat(new Tally(3, 3, 1, 1, 1, 1).isSettled(3)).isTrue();
        assertThat(new Tally(3, 3, 1, 1, 1, 0).isSettled(3)).isFalse();
        assertThat(new Tally(3, 2, 2, 1, 1, 0).isSettled(3)).isFalse();
        assertThat(new Tally(2, 2, 2, 0, 0, 0).isSettled(3)).isFalse();
    }

    @Test
    void readsAsOneLine() {
        assertThat(new Tally(200, 200, 197, 61, 3, 0))
                .hasToString("sent 200, consumed 197, retried 61, dead 3, lost 0");
    }

    private void order(String id, String state, @Nullable Instant acknowledgedAt, Instant changedAt) {
        jdbc.sql("INSERT INTO orders VALUES (:id, 'Tea kettle', 100, :state, :placed, :acknowledged, :changed)")
                .param("id", id)
                .param("state", state)
                .param("placed", START)
                .param("acknowledged", acknowledgedAt)
                .param("changed", changedAt)
                .update();
    }

    private void attempt(String id, int reconsumeTimes, @Nullable String refusal) {
        jdbc.sql("INSERT INTO charge_attempt VALUES (:id, :times, :now, :refusal)")
                .param("id", id)
                .param("times", reconsumeTimes)
                .param("now", START)
                .param("refusal", refusal)
                .update();
    }
}
