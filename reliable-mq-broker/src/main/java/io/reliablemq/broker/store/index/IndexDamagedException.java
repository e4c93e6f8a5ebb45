package io.reliablemq.broker.store.index;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A file of an index is damaged or missing. It is made again from its segment meanwhile. */
public final class IndexDamagedException extends IOException {

    private final transient CompletableFuture<Void> repaired;

    IndexDamagedException(String message, CompletableFuture<Void> repaired) {
        super(message);
        this.repaired = repaired;
    }

    /**
     * Completes when the file has been made again, and it is worth looking again; exceptionally if that was not possible.
     * The thread that completes it is the one that makes the files: it must not be kept.
     */
    public CompletionStage<Void> repaired() {
        return repaired;
    }
}
