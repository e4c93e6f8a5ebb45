package io.reliablemq.benchmarks.result;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.xml.sax.InputSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {

    private static final Measure RATE = Measure.rate(Measure.send("SYNC_FLUSH", 1));

    private final Readings readings = new Readings();
    private final Report report = new Report(Map.of("date", "2026-01-02"), readings, List.of("3 sends failed"));

    @Test
    void jsonHasEachRoundAndTheRatio() {
        readings.add(RATE, Subject.APACHE, 1, 100);
        readings.add(RATE, Subject.OURS_OFFICIAL_CLIENT, 1, 320);

        JsonNode json = JsonMapper.shared().readTree(report.toJson());

        JsonNode ours = json.at("/figures/0/values").get(Subject.OURS_OFFICIAL_CLIENT.title());
        assertThat(ours.at("/rounds/0").asDouble()).isEqualTo(320);
        assertThat(ours.at("/timesApache/median").asDouble()).isEqualTo(3.2);
        assertThat(json.at("/marks/0/verdict").asString()).isEqualTo("met");
        assertThat(json.at("/about/date").asString()).isEqualTo("2026-01-02");
    }

    @Test
    void tablesShowMedianEndsRatioAndNotes() {
        readings.add(RATE, Subject.APACHE, 1, 100);
        readings.add(RATE, Subject.APACHE, 2, 200);
        readings.add(RATE, Subject.OURS, 1, 300);

        String text = new Tables(report).text();

        assertThat(text).contains("150 (100-200)").contains("3.00").contains("3 sends failed");
        assertThat(new Tables(report).asciiDoc(List.of("rate.svg")))
                .contains("|150 (100-200)")
                .contains("image::{results}/rate.svg[")
                .contains("NOTE: 3 sends failed");
    }

    @Test
    void plotIsWellFormed() throws Exception {
        String svg = new BarChart("a < b", List.of("one", "two"))
                .group("1", List.of(Optional.of(new Spread(2, 1, 3)), Optional.empty()))
                .toSvg();

        var document = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new InputSource(new java.io.StringReader(svg)));
        assertThat(document.getElementsByTagName("title").item(0).getTextContent())
                .isEqualTo("a < b");
        // The ground, two keys and one bar.
        assertThat(document.getElementsByTagName("rect").getLength()).isEqualTo(4);
    }

    @Test
    void scaleEndsAtARoundNumber() {
        assertThat(BarChart.roundedUp(1_234)).isEqualTo(2_000);
        assertThat(BarChart.roundedUp(500)).isEqualTo(500);
        assertThat(BarChart.roundedUp(0.6)).isEqualTo(1);
        assertThat(BarChart.roundedUp(0)).isEqualTo(1);
    }
}
