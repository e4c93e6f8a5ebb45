package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.delivery.RetryPolicy.Decision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private final RetryPolicy policy = new RetryPolicy(DelayLevels.parse(DelayLevels.DEFAULT_TEXT));

    @Test
    void startsAtTheThirdLevelAndGrowsWithTheAttempts() {
        assertThat(policy.decide(0, 0, 16)).isEqualTo(new Decision(false, 3));
        assertThat(policy.decide(0, 15, 16)).isEqualTo(new Decision(false, 18));
        assertThat(policy.decide(0, 20, 100)).isEqualTo(new Decision(false, 18));
    }

    @Test
    void takesTheLevelThatWasAskedFor() {
        assertThat(policy.decide(1, 7, 16)).isEqualTo(new Decision(false, 1));
    }

    @Test
    void givesUpWhenToldOrWhenTheAttemptsAreUsedUp() {
        assertThat(policy.decide(-1, 0, 16).deadLetter()).isTrue();
        assertThat(policy.decide(0, 16, 16).deadLetter()).isTrue();
        assertThat(policy.decide(0, 0, 0).deadLetter()).isTrue();
    }

    @Test
    void readsDelaysInAllUnits() {
        assertThat(DelayLevels.parse("5ms 2s 3m 4h 1d").delays())
                .containsExactly(
                        Duration.ofMillis(5),
                        Duration.ofSeconds(2),
                        Duration.ofMinutes(3),
                        Duration.ofHours(4),
                        Duration.ofDays(1));
        assertThatThrownBy(() -> DelayLevels.parse("1s -2s")).hasMessageContaining("'-2s'");
        assertThatThrownBy(() -> DelayLevels.parse("")).hasMessageContaining("''");
    }
}
