package io.reliablemq.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.benchmarks.result.Measure;
import io.reliablemq.benchmarks.result.Readings;
import io.reliablemq.benchmarks.result.Report;
import io.reliablemq.benchmarks.result.Subject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFilesTest {

    @TempDir
    Path folder;

    @Test
    void holdWhatWasMeasuredSoFar() {
        Readings readings = new Readings();
        Report report = new Report(Map.of("date", "2026-01-02"), readings, List.of());
        Options options = Options.parse(new String[] {"--flush", "SYNC_FLUSH"}, folder);
        ResultFiles files = new ResultFiles(options, folder.resolve("run"));

        files.write(report);

        assertThat(folder.resolve("run")).isDirectoryContaining("glob:**/results.json");
        assertThat(folder.resolve("run/results.adoc")).content().doesNotContain("image::");

        readings.add(Measure.rate(Measure.send("SYNC_FLUSH", 16)), Subject.OURS, 1, 4_711);
        files.write(report);

        assertThat(folder.resolve("run/results.json")).content().contains("4711");
        assertThat(folder.resolve("run/results.txt")).content().contains("4711");
        assertThat(folder.resolve("run/results.adoc")).content().contains("image::{results}/send-rate-SYNC_FLUSH.svg");
        assertThat(folder.resolve("run/send-rate-SYNC_FLUSH.svg")).content().contains("<svg");
        assertThat(folder.resolve("run")).isDirectoryNotContaining("glob:**.new");
    }
}
