package io.reliablemq.broker.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataFolderTest {

    @TempDir
    Path root;

    private final DiskFiles files = new DiskFiles();

    @Test
    void makesTheFolderAndKeepsItsIdentity() throws Exception {
        Path folder = root.resolve("a/b");
        String id;
        try (DataFolder data = DataFolder.open(files, folder)) {
            id = data.id();
            assertThat(data.cleanEnd()).isNull();
            data.markCleanStop(17);
        }
        try (DataFolder data = DataFolder.open(files, folder)) {
            assertThat(data.id()).isEqualTo(id);
            assertThat(data.cleanEnd()).isEqualTo(17);
            data.markInUse();
            assertThat(data.cleanEnd()).isNull();
        }
    }

    @Test
    void isLockedWhileItIsOpenWhateverItIsCalled() throws Exception {
        DataFolder data = DataFolder.open(files, root);
        Path otherName = Files.createSymbolicLink(root.resolve("other"), root);

        assertThatThrownBy(() -> DataFolder.open(new DiskFiles(), otherName)).isInstanceOf(FolderInUseException.class);
        data.close();

        DataFolder.open(files, otherName).close();
    }

    @Test
    void refusesAFormatItDoesNotKnow() throws Exception {
        Files.writeString(root.resolve("format"), "format=2\nid=x\n");

        assertThatThrownBy(() -> DataFolder.open(files, root))
                .isInstanceOf(FolderFormatException.class)
                .hasMessageContaining("format 2");

        Files.writeString(root.resolve("format"), "format=1\nid=x\n");
        DataFolder.open(files, root).close();
    }
}
