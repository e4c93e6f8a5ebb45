package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class DutiesTest {

    private static final Duration PERIOD = Duration.ofSeconds(1);

    private final ManualClock clock = new ManualClock();
    private final List<String> failures = new ArrayList<>();
    private final List<String> done = new ArrayList<>();
    private final Duties duties = new Duties("rmq-test", clock, (where, error) -> failures.add(error.getMessage()));

    @Test
    void beginsAfterAPeriodUnlessSomebodyWaits() {
        duties.every(PERIOD, () -> done.add("later")).nowAndEvery(PERIOD.multipliedBy(2), () -> done.add("now"));

        assertThat(duties.doWork()).isEqualTo(PERIOD.toNanos());
        assertThat(done).containsExactly("now");
        clock.pass(PERIOD.minusNanos(1));
        assertThat(duties.doWork()).isEqualTo(1);
        assertThat(done).containsExactly("now");
        clock.pass(Duration.ofNanos(1));
        duties.doWork();
        assertThat(done).containsExactly("now", "later");
        clock.pass(PERIOD);
        duties.doWork();
        assertThat(done).containsExactly("now", "later", "later", "now");
        assertThat(failures).isEmpty();
    }
}
