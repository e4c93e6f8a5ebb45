package io.reliablemq.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ReadingsTest {

    private static final Measure RATE = Measure.rate("work");

    private final Readings readings = new Readings();

    @Test
    void medianIsTheMiddleOfAnOddNumberOfRounds() {
        assertThat(Spread.of(List.of(9.0, 1.0, 4.0))).isEqualTo(new Spread(4, 1, 9));
    }

    @Test
    void medianIsBetweenTheTwoMiddlesOfAnEvenNumberOfRounds() {
        assertThat(Spread.of(List.of(10.0, 2.0, 4.0, 3.0))).isEqualTo(new Spread(3.5, 2, 10));
    }

    @Test
    void thereIsNoMedianOfNothing() {
        assertThatThrownBy(() -> Spread.of(List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void ratioIsTakenWithinEachRound() {
        readings.add(RATE, Subject.APACHE, 1, 100);
        readings.add(RATE, Subject.OURS, 1, 300);
        readings.add(RATE, Subject.APACHE, 2, 10);
        readings.add(RATE, Subject.OURS, 2, 20);

        // The medians, 160 over 55, would say 2.9.
        assertThat(readings.ratio(RATE, Subject.OURS, Subject.APACHE)).contains(new Spread(2.5, 2, 3));
    }

    @Test
    void roundThatOnlyOneHasGivesNoRatio() {
        readings.add(RATE, Subject.APACHE, 1, 100);
        readings.add(RATE, Subject.OURS, 2, 300);

        assertThat(readings.ratio(RATE, Subject.OURS, Subject.APACHE)).isEmpty();
    }

    @Test
    void ratioOverNothingIsNone() {
        readings.add(RATE, Subject.APACHE, 1, 0);
        readings.add(RATE, Subject.OURS, 1, 300);

        assertThat(readings.ratio(RATE, Subject.OURS, Subject.APACHE)).isEmpty();
    }

    @Test
    void refusesASecondValueOfOneRound() {
        readings.add(RATE, Subject.OURS, 1, 1);

        assertThatThrownBy(() -> readings.add(RATE, Subject.OURS, 1, 2)).isInstanceOf(IllegalStateException.class);
    }
}
