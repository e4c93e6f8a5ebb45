package io.reliablemq.broker.store.file;

import java.nio.file.Path;
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
}
