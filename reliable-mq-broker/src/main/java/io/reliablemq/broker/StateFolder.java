package io.reliablemq.broker;

import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.broker.store.file.StoreFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BiConsumer;

/** The small files beside the log. */
final class StateFolder {

    private final StoreFiles files = new DiskFiles();
    private final Path folder;

    /** Makes the folder if it is missing. */
    StateFolder(Path dataDir) throws IOException {
        folder = dataDir.resolve("state");
        files.createFolder(folder);
    }

    AtomicFile file(String name) {
        return new AtomicFile(files, path(name));
    }

    /**
     * A file whose content others want to know.
     *
     * @param listener told, with the name, of what it holds now and of each content that it will hold
     */
    AtomicFile watched(String name, BiConsumer<String, byte[]> listener) throws IOException {
        byte[] content = file(name).read();
        if (content != null) {
            listener.accept(name, content);
        }
        return new AtomicFile(files, path(name), written -> listener.accept(name, written));
    }

    private Path path(String name) {
        return folder.resolve(name + ".json");
    }
}
