package io.reliablemq.broker.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.reliablemq.broker.ManualClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RatesTest {

    private final ManualClock clock = new ManualClock();
    private final AtomicLong counter = new AtomicLong();
    private final Rates rates = new Rates(counter::get, clock);

    private void tenSeconds(long more) {
        clock.pass(Rates.PERIOD);
        counter.addAndGet(more);
        rates.sample();
    }

    @Test
    void isZeroAtFirst() {
        assertThat(rates.text()).isEqualTo("0.00 0.00 0.00");
    }

    @Test
    void youngCounterIsMeasuredOverItsAge() {
        clock.pass(Duration.ofSeconds(2));
        counter.set(10);

        assertThat(rates.text()).isEqualTo("5.00 5.00 5.00");
    }

    @Test
    void tellsTenSecondsAMinuteAndTenMinutes() {
        for (int i = 0; i < 200; i++) {
            tenSeconds(10);
        }
        for (int i = 0; i < 6; i++) {
            tenSeconds(100);
        }
        clock.pass(Duration.ofSeconds(5));

        assertThat(rates.perSecond(Duration.ofSeconds(10))).isCloseTo(1000 / 150.0, within(0.01));
        assertThat(rates.perSecond(Duration.ofMinutes(1))).isCloseTo(600 / 65.0, within(0.01));
        assertThat(rates.perSecond(Duration.ofMinutes(10))).isCloseTo((600 + 540) / 605.0, within(0.01));
    }
}
