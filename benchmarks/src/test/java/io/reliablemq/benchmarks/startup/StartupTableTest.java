package io.reliablemq.benchmarks.startup;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.benchmarks.startup.StartupApplication.Start;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class StartupTableTest {

    @Test
    void comparesMediansWithTheEmptyApplication() {
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        starts.put("empty", List.of(start(900), start(1_000), start(5_000)));
        starts.put("with a broker", List.of(start(1_400), start(1_500), start(1_600), start(1_700)));
        starts.put("Apache's broker", List.of(start(4_000)));

        assertThat(StartupTable.of(starts).lines())
                .contains(
                        "|empty |3 |0.90 |1.00 |0.00 |0.00",
                        "|with a broker |4 |1.40 |1.55 |0.55 |1.10",
                        "|Apache's broker |1 |4.00 |4.00 |4.00 |8.00");
    }

    @Test
    void comparesThoseWithArchivedClassesAmongThemselves() {
        Map<String, List<Start>> starts = new LinkedHashMap<>();
        starts.put("empty", List.of(start(1_000)));
        starts.put("with a broker", List.of(start(3_000)));
        starts.put("empty" + StartupTable.ARCHIVED, List.of(start(600)));
        starts.put("with a broker" + StartupTable.ARCHIVED, List.of(start(1_100)));

        assertThat(StartupTable.of(starts).lines())
                .contains(
                        "|with a broker |1 |3.00 |3.00 |2.00 |4.00",
                        "|with a broker, classes archived |1 |1.10 |1.10 |0.50 |1.00");
    }

    private static Start start(int ms) {
        return new Start(Duration.ofMillis(ms), Duration.ofMillis(2L * ms));
    }
}
