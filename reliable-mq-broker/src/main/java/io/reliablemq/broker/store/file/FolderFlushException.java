package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;

/**
 * A folder could not be flushed. As with any flush that fails, nobody knows what of it is on the disk since then, and a second
 * one that succeeds would say nothing about it.
 */
public final class FolderFlushException extends IOException {

    public FolderFlushException(Path folder, IOException cause) {
        super("The folder " + folder + " could not be flushed: " + cause.getMessage(), cause);
    }
}
