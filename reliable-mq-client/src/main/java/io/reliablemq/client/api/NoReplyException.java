package io.reliablemq.client.api;

/** A request was stored by a broker, but no reply came within its time. It may still be handled. */
public final class NoReplyException extends RuntimeException {

    private final transient SendReceipt receipt;

    public NoReplyException(String message, SendReceipt receipt) {
        super(message);
        this.receipt = receipt;
    }

    /** Where the request is. */
    public SendReceipt receipt() {
        return receipt;
    }
}
