package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.consumer.CacheBudget.Share;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CacheBudgetTest {

    private final CacheBudget budget = new CacheBudget(CacheLimits.DEFAULT);

    @Test
    void aFewQueuesBringAsMuchAsOnePullMay() {
        assertThat(budget.share(0)).isEqualTo(new Share(25_000, 256 << 10));
        assertThat(budget.share(8)).isEqualTo(new Share(3_125, 256 << 10));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 100, 256, 257, 700})
    void togetherTheyGoBeyondTheLimitsByAQuarter(int queues) {
        Share share = budget.share(queues);

        assertThat((long) queues * share.messages()).isLessThanOrEqualTo(CacheLimits.DEFAULT.maxMessages() / 4);
        assertThat((long) queues * share.bytes()).isLessThanOrEqualTo(CacheLimits.DEFAULT.maxBytes() / 4);
    }

    @Test
    void eachBringsSomething() {
        assertThat(budget.share(1_000_000)).isEqualTo(new Share(32, 32 << 10));
        assertThat(new CacheBudget(new CacheLimits(1, 1, 1, 1)).share(1)).isEqualTo(new Share(32, 32 << 10));
    }

    @Test
    void moreQueuesThanCanBeMultipliedAreNoMoreThanMany() {
        assertThat(budget.share(Integer.MAX_VALUE)).isEqualTo(new Share(32, 32 << 10));
    }
}
