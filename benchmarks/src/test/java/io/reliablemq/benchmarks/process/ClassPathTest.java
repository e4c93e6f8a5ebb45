package io.reliablemq.benchmarks.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClassPathTest {

    @TempDir
    Path folder;

    @Test
    void countsJarsAndTheirBytesAndNothingElse() throws IOException {
        Files.write(folder.resolve("a.jar"), new byte[100]);
        Files.write(folder.resolve("b.jar"), new byte[23]);
        Files.write(folder.resolve("a.jar.sha1"), new byte[7]);

        assertThat(ClassPath.of(folder)).isEqualTo(new ClassPath(2, 123));
    }
}
