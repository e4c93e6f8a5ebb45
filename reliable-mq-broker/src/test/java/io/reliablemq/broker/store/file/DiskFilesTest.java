package io.reliablemq.broker.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskFilesTest extends StoreFilesContract {

    @TempDir
    Path folder;

    @Override
    StoreFiles files() {
        return new DiskFiles();
    }

    @Override
    Path folder() {
        return folder;
    }

    @Test
    void folderThatCannotBeFlushedForLackOfRoomIsAFullDiskAndNothingElseIs() {
        assertThat(DiskFiles.flushFailure(folder, new IOException("No space left on device")))
                .isInstanceOf(DiskFullException.class);
        assertThat(DiskFiles.flushFailure(folder, new IOException("Disk quota exceeded")))
                .isInstanceOf(DiskFullException.class);
        assertThat(DiskFiles.flushFailure(folder, new IOException("Input/output error")))
                .isInstanceOf(FolderFlushException.class);
    }
}
