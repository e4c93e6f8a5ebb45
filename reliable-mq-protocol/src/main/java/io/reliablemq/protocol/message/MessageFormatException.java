package io.reliablemq.protocol.message;

/** Bytes that should be a message are not one. The text says which field and where. */
public final class MessageFormatException extends RuntimeException {

    public MessageFormatException(String message) {
        super(message);
    }
}
