package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file that gave its handle back could not be opened again, since there is no handle left. That says nothing of what the file
 * holds: whoever reads may come again later.
 */
public final class FileNotReopenedException extends IOException {

    public FileNotReopenedException(Path file, IOException cause) {
        super(file + " could not be opened again: " + cause.getMessage(), cause);
    }
}
