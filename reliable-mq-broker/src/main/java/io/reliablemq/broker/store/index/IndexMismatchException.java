package io.reliablemq.broker.store.index;

/** Queue offsets that are not consecutive: log and index, or two parts of the log, do not belong together. */
public final class IndexMismatchException extends RuntimeException {

    IndexMismatchException(String message) {
        super(message);
    }
}
