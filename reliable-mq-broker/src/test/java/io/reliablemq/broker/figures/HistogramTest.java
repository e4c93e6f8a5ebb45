package io.reliablemq.broker.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.reliablemq.broker.figures.Histogram.Bucket;
import io.reliablemq.broker.figures.Histogram.Snapshot;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistogramTest {

    @Test
    void countsEachValueUpToItsBound() {
        Histogram histogram = Histogram.ofCounts();
        for (long value : new long[] {0, 1, 2, 3, 4, 5, 8192, 8193, Long.MAX_VALUE / 2}) {
            histogram.record(value);
        }

        Snapshot snapshot = histogram.snapshot();

        assertThat(snapshot.count()).isEqualTo(9);
        assertThat(snapshot.max()).isEqualTo(Long.MAX_VALUE / 2);
        assertThat(snapshot.buckets())
                .startsWith(new Bucket(1, 2), new Bucket(2, 3), new Bucket(4, 5), new Bucket(8, 6))
                .endsWith(new Bucket(4096, 6), new Bucket(8192, 7));
    }

    @Test
    void tellsDurationsInSeconds() {
        Histogram histogram = Histogram.ofNanos();
        histogram.record(Duration.ofNanos(1).toNanos());
        histogram.record(Duration.ofMillis(1).toNanos());
        histogram.record(Duration.ofSeconds(20).toNanos());

        Snapshot snapshot = histogram.snapshot();

        assertThat(snapshot.sum()).isCloseTo(20.001, within(1e-6));
        assertThat(snapshot.max()).isCloseTo(20, within(1e-6));
        List<Bucket> buckets = snapshot.buckets();
        assertThat(buckets.get(0)).isEqualTo(new Bucket((1 << 16) * 1e-9, 1));
        assertThat(buckets.get(4)).isEqualTo(new Bucket((1 << 20) * 1e-9, 2));
        assertThat(buckets.get(buckets.size() - 1).upTo()).isCloseTo(8.59, within(0.01));
        assertThat(buckets.get(buckets.size() - 1).count()).isEqualTo(2);
    }

    @Test
    void isEmptyAtFirst() {
        Snapshot snapshot = Histogram.ofNanos().snapshot();

        assertThat(snapshot.count()).isZero();
        assertThat(snapshot.max()).isZero();
        assertThat(snapshot.buckets()).allMatch(bucket -> bucket.count() == 0);
    }
}
