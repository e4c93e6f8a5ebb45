package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A file could not be opened to be read, perhaps again after it gave its handle back, since there is no handle left. That says nothing
 * of what the file holds: whoever reads may come again later.
 */
public final class NoHandleLeftException extends IOException {

    public NoHandleLeftException(Path file, IOException cause) {
        super(file + " could not be opened: " + cause.getMessage(), cause);
    }
}
