package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;

/** Another broker works on the data folder. */
public final class FolderInUseException extends IOException {

    public FolderInUseException(Path lockFile) {
        this(lockFile, "another process");
    }

    /** @param holder where the other broker runs, for an operator */
    public FolderInUseException(Path lockFile, String holder) {
        super("The data folder " + lockFile.getParent() + " is in use by another broker, in " + holder
                + "; stop that one, or choose another folder");
    }
}
