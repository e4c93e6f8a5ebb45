package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.testing.ManualClock;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SendBudgetTest {

    private final ManualClock clock = new ManualClock();
    private final SendBudget budget = SendBudget.start(clock, Duration.ofSeconds(10));

    @Test
    void givesAnAttemptMoreThanABrokersOwnBoundAndLeavesTimeForTheNext() {
        assertThat(budget.forAttempt(false)).isEqualTo(Duration.ofSeconds(6));
        clock.advance(Duration.ofSeconds(6));
        assertThat(budget.forAttempt(false)).isEqualTo(Duration.ofMillis(2_400));
        clock.advance(Duration.ofMillis(2_400));
        assertThat(budget.forAttempt(true)).isEqualTo(Duration.ofMillis(1_600));
    }

    /** A broker may take 5 s to flush, and says only then that it did not succeed. */
    @Test
    void theDefaultTimeOutLeavesTheFirstAttemptTimeForATrueAnswer() {
        Duration total = ProducerSettings.of("pg").sendTimeout();

        assertThat(total).isEqualTo(Duration.ofSeconds(10));
        assertThat(SendBudget.start(clock, total).forAttempt(false)).isGreaterThan(Duration.ofSeconds(5));
    }

    @Test
    void givesTheLastAttemptAllThatIsLeft() {
        assertThat(budget.forAttempt(true)).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void doesNotCutTimeIntoUselessPieces() {
        clock.advance(Duration.ofMillis(9_400));
        assertThat(budget.forAttempt(false)).isEqualTo(Duration.ofMillis(500));
        clock.advance(Duration.ofMillis(200));
        assertThat(budget.forAttempt(false)).isEqualTo(Duration.ofMillis(400));
    }

    @Test
    void isNeverNegative() {
        clock.advance(Duration.ofSeconds(11));
        assertThat(budget.remaining()).isZero();
        assertThat(budget.forAttempt(false)).isZero();
        assertThat(budget.pause(Duration.ofMillis(100), 0.5)).isZero();
    }

    @Test
    void pausesAtRandomButNotForMoreThanAQuarterOfWhatIsLeft() {
        assertThat(budget.pause(Duration.ofMillis(100), 0)).isEqualTo(Duration.ofMillis(80));
        assertThat(budget.pause(Duration.ofMillis(100), 1)).isEqualTo(Duration.ofMillis(120));
        clock.advance(Duration.ofMillis(9_800));
        assertThat(budget.pause(Duration.ofMillis(100), 1)).isEqualTo(Duration.ofMillis(50));
    }
}
