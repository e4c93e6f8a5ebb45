package io.reliablemq.broker.store.epoch;

import io.reliablemq.broker.store.file.AtomicFile;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The file that holds a log's epochs. Used by one thread at a time. */
public final class EpochFile {

    private final AtomicFile file;

    public EpochFile(AtomicFile file) {
        this.file = file;
    }

    /**
     * The epochs of the log; null if there is no file: the log is new, or of a version that knew no epochs.
     *
     * @throws IOException if the file cannot be read, or is damaged
     */
    public @Nullable EpochHistory read() throws IOException {
        byte[] content = file.read();
        try {
            return content == null ? null : EpochHistory.decode(content);
        } catch (IllegalArgumentException e) {
            throw new IOException(
                    "The file " + file.path() + " is damaged: " + e.getMessage() + ". Restore it from a copy", e);
        }
    }

    /** Replaces the epochs; to be called before a record of a new one is written. */
    public void write(EpochHistory history) throws IOException {
        file.write(history.encode());
    }
}
