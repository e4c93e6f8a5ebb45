package io.reliablemq.spring.core;

/** A message was to be sent after a commit that did not come: it was not sent. */
public final class TransactionNotCommittedException extends RuntimeException {

    private final String messageId;

    TransactionNotCommittedException(String messageId, String how) {
        super("The message " + messageId + " was not sent: its transaction " + how);
        this.messageId = messageId;
    }

    /** The unique id of the message. */
    public String messageId() {
        return messageId;
    }
}
