package io.reliablemq.broker.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.delivery.RetryPolicy.Decision;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class RetryPolicyTest {

    private final RetryPolicy policy = new RetryPolicy(DelayLevels.parse(DelayLevels.DEFAULT_TEXT), new OwnDelays());

    @Test
    void startsAtTheThirdLevelAndGrowsWithTheAttempts() {
        assertThat(policy.decide(0, null, 0, 16)).isEqualTo(new Decision(false, 3, null));
        assertThat(policy.decide(0, null, 15, 16)).isEqualTo(new Decision(false, 18, null));
        assertThat(policy.decide(0, null, 20, 100)).isEqualTo(new Decision(false, 18, null));
    }

    @Test
    void takesTheLevelThatWasAskedFor() {
        assertThat(policy.decide(1, null, 7, 16)).isEqualTo(new Decision(false, 1, null));
    }

    @Test
    void givesUpWhenToldOrWhenTheAttemptsAreUsedUp() {
        assertThat(policy.decide(-1, null, 0, 16).deadLetter()).isTrue();
        assertThat(policy.decide(0, null, 16, 16).deadLetter()).isTrue();
        assertThat(policy.decide(0, null, 0, 0).deadLetter()).isTrue();
    }

    @Test
    void waitsAsLongAsTheGroupWantsTo() {
        Duration wanted = Duration.ofSeconds(150);

        assertThat(policy.decide(7, wanted, 0, 16)).isEqualTo(new Decision(false, 7, wanted));
        assertThat(policy.decide(-1, wanted, 0, 16)).isEqualTo(new Decision(true, 0, null));
    }

    @Test
    void leavesToALevelWhatNoQueueIsThereFor() {
        Duration tooLong = OwnDelays.LONGEST.plusMillis(1);
        assertThat(policy.decide(18, tooLong, 0, 16)).isEqualTo(new Decision(false, 18, null));

        for (int i = 1; i <= OwnDelays.MOST; i++) {
            assertThat(policy.decide(1, Duration.ofSeconds(i), 0, 16).ownDelay())
                    .isNotNull();
        }
        assertThat(policy.decide(1, Duration.ofMillis(1), 0, 16)).isEqualTo(new Decision(false, 1, null));
        assertThat(policy.decide(1, Duration.ofSeconds(1), 0, 16).ownDelay()).isNotNull();
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
