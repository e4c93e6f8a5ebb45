package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.result.Report;
import io.reliablemq.benchmarks.result.Tables;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;

/**
 * The results of one run in a folder of their own: {@code results.json}, {@code results.txt}, a plot a file, and {@code
 * results.adoc} with the tables and the plots. They are whole at any time, so that a run that is ended early has left what it
 * had measured by then. Used by one thread.
 */
final class ResultFiles {

    private final Options options;
    private final Path folder;

    ResultFiles(Options options, Path folder) {
        this.options = options;
        this.folder = folder;
    }

    Path folder() {
        return folder;
    }

    /** Writes what there is by now in place of what was written before. */
    void write(Report report) {
        Map<String, String> plots = Plots.of(options, report.readings());
        Tables tables = new Tables(report);
        try {
            Files.createDirectories(folder);
            plots.forEach(this::replace);
            replace("results.json", report.toJson());
            replace("results.txt", tables.text());
            replace("results.adoc", tables.asciiDoc(plots.keySet()));
        } catch (IOException e) {
            throw new UncheckedIOException("The results were not written", e);
        }
    }

    private void replace(String name, String text) {
        Path written = folder.resolve(name + ".new");
        try {
            Files.writeString(written, text);
            Files.move(written, folder.resolve(name), StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException("The file " + name + " was not written", e);
        }
    }
}
