package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.file.Path;

/** A file could not be made longer, or made at all, since the disk or the quota has no room. */
public final class DiskFullException extends IOException {

    public DiskFullException(Path file, IOException cause) {
        super("The disk has no room for " + file + ": " + cause.getMessage(), cause);
    }
}
