package io.reliablemq.broker.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Histogram;
import java.util.List;
import org.junit.jupiter.api.Test;

class PrometheusTextTest {

    @Test
    void namesUnitAndKind() {
        assertThat(PrometheusText.of(List.of(
                        Figure.gauge("reliable.mq.log.size", "bytes", "Size of the log", 5),
                        Figure.counter("reliable.mq.log.appended", "messages", "Messages", 1.5e15),
                        Figure.counter("reliable.mq.requests", "", "Requests", 0.25),
                        Figure.gauge("reliable.mq.bytes", "bytes", "Named by its unit", -1))))
                .isEqualTo("""
                        # HELP reliable_mq_log_size_bytes Size of the log
                        # TYPE reliable_mq_log_size_bytes gauge
                        reliable_mq_log_size_bytes 5
                        # HELP reliable_mq_log_appended_messages_total Messages
                        # TYPE reliable_mq_log_appended_messages_total counter
                        reliable_mq_log_appended_messages_total 1500000000000000
                        # HELP reliable_mq_requests_total Requests
                        # TYPE reliable_mq_requests_total counter
                        reliable_mq_requests_total 0.25
                        # HELP reliable_mq_bytes Named by its unit
                        # TYPE reliable_mq_bytes gauge
                        reliable_mq_bytes -1
                        """);
    }

    @Test
    void keepsLinesOfANameTogetherAndEscapes() {
        assertThat(PrometheusText.of(List.of(
                        Figure.gauge("lag", "", "back\\slash\nand line", 1).tagged("group", "a\"b\\c\nd"),
                        Figure.gauge("other", "", "Other", Double.POSITIVE_INFINITY),
                        Figure.gauge("lag", "", "back\\slash\nand line", 2)
                                .tagged("topic.name", "t")
                                .tagged("group", "%RETRY%g"))))
                .isEqualTo("""
                        # HELP lag back\\\\slash\\nand line
                        # TYPE lag gauge
                        lag{group="a\\"b\\\\c\\nd"} 1
                        lag{group="%RETRY%g",topic_name="t"} 2
                        # HELP other Other
                        # TYPE other gauge
                        other +Inf
                        """);
    }

    @Test
    void writesHistogramsWithTheirMaximum() {
        Histogram histogram = Histogram.ofCounts();
        histogram.record(1);
        histogram.record(3);
        histogram.record(1_000_000);

        assertThat(PrometheusText.of(List.of(Figure.histogram("group", "messages", "Sizes", histogram.snapshot())
                        .tagged("disk", "d"))))
                .startsWith("""
                        # HELP group_messages Sizes
                        # TYPE group_messages histogram
                        group_messages_bucket{disk="d",le="1"} 1
                        group_messages_bucket{disk="d",le="2"} 1
                        group_messages_bucket{disk="d",le="4"} 2
                        """)
                .endsWith("""
                        group_messages_bucket{disk="d",le="8192"} 2
                        group_messages_bucket{disk="d",le="+Inf"} 3
                        group_messages_sum{disk="d"} 1000004
                        group_messages_count{disk="d"} 3
                        # HELP group_messages_max Sizes, the largest
                        # TYPE group_messages_max gauge
                        group_messages_max{disk="d"} 1000000
                        """);
    }
}
