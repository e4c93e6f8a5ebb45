package io.reliablemq.broker.store.log;

/** Records from another log are not what they should be; nothing of them was written. */
public final class RecordsRefusedException extends Exception {

    private static final long serialVersionUID = 1L;

    public RecordsRefusedException(String message) {
        super(message);
    }
}
