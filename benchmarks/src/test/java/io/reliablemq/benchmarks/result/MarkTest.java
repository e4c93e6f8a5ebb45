package io.reliablemq.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MarkTest {

    private final Readings readings = new Readings();

    @Test
    void markOfARunWithoutItsFigureIsNotMeasured() {
        assertThat(Mark.of(readings)).isNotEmpty().allSatisfy(mark -> {
            assertThat(mark.isMet()).isFalse();
            assertThat(mark.verdict()).isEqualTo("not measured");
        });
    }

    @Test
    void rateIsMetFromTheBoundOn() {
        rates(16, 100, 300);
        rates(64, 100, 299);

        assertThat(verdict("send SYNC_FLUSH, 16 senders")).isEqualTo("met");
        assertThat(verdict("send SYNC_FLUSH, 64 senders")).isEqualTo("missed");
    }

    @Test
    void manyQueuesAreComparedWithFewOfTheSameRound() {
        queues(1, 1_000, 740);
        queues(2, 100, 80);
        queues(3, 10, 7.6);

        assertThat(mark("send SYNC_FLUSH, 10000 queues").measured()).contains(0.76);
        assertThat(verdict("send SYNC_FLUSH, 10000 queues")).isEqualTo("met");
    }

    @Test
    void threadsMustStayBelowTheBound() {
        readings.add(Measure.IDLE_THREADS, Subject.OURS, 1, 40);
        readings.add(Measure.IDLE_MEMORY, Subject.OURS, 1, 199.9);

        assertThat(verdict(Measure.IDLE + ": threads")).isEqualTo("missed");
        assertThat(verdict(Measure.IDLE + ": resident memory")).isEqualTo("met");
    }

    @Test
    void singleSenderIsComparedWithDiskAndNetworkTogether() {
        readings.add(Measure.writeAndForce(1), Subject.BARE, 1, 400);
        readings.add(Measure.ROUND_TRIP, Subject.BARE, 1, 100);
        readings.add(Measure.latency(Measure.send("SYNC_FLUSH", 1), "p50"), Subject.OURS, 1, 750);

        assertThat(mark("send SYNC_FLUSH, 1 sender: our client").measured()).contains(1.5);
    }

    private void rates(int senders, double apache, double ours) {
        Measure rate = Measure.rate(Measure.send("SYNC_FLUSH", senders));
        readings.add(rate, Subject.APACHE, 1, apache);
        readings.add(rate, Subject.OURS_OFFICIAL_CLIENT, 1, ours);
    }

    private void queues(int round, double few, double many) {
        Subject subject = Subject.OURS_OFFICIAL_CLIENT;
        readings.add(Measure.rate(Measure.queues("SYNC_FLUSH", 8)), subject, round, few);
        readings.add(Measure.rate(Measure.queues("SYNC_FLUSH", 10_000)), subject, round, many);
    }

    private String verdict(String name) {
        return mark(name).verdict();
    }

    private Mark mark(String name) {
        return Mark.of(readings).stream()
                .filter(mark -> mark.name().startsWith(name))
                .findFirst()
                .orElseThrow();
    }
}
