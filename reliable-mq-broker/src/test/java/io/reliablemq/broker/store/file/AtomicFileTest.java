package io.reliablemq.broker.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {

    @TempDir
    Path folder;

    @Test
    void replacesContentAsAWhole() throws Exception {
        AtomicFile file = new AtomicFile(new DiskFiles(), folder.resolve("state"));
        assertThat(file.read()).isNull();

        file.write("first, and longer".getBytes(StandardCharsets.UTF_8));
        file.write("second".getBytes(StandardCharsets.UTF_8));

        assertThat(file.read()).asString(StandardCharsets.UTF_8).isEqualTo("second");
        file.delete();
        assertThat(file.read()).isNull();
    }

    @Test
    void holdsTheLastContentAfterAPowerCut() throws Exception {
        for (int seed = 0; seed < 50; seed++) {
            SimulatedDisk disk = new SimulatedDisk();
            AtomicFile file = new AtomicFile(disk, Path.of("/data/state"));
            file.write(new byte[] {1, 2, 3});
            file.write(new byte[] {4, 5});

            assertThat(new AtomicFile(disk.crash(new Random(seed)), file.path()).read())
                    .containsExactly(4, 5);
        }
    }

    @Test
    void ignoresWhatAnEarlierAttemptLeftBehind() throws Exception {
        DiskFiles files = new DiskFiles();
        files.create(folder.resolve("state.tmp")).close();
        AtomicFile file = new AtomicFile(files, folder.resolve("state"));

        assertThat(file.read()).isNull();
        file.write(new byte[] {7});

        assertThat(file.read()).containsExactly(7);
        assertThat(files.list(folder)).containsExactly(folder.resolve("state"));
    }
}
