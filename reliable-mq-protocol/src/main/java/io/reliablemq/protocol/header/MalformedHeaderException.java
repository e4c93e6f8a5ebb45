package io.reliablemq.protocol.header;

/** A header lacks a field or has one that cannot be read. The text names the field. */
public final class MalformedHeaderException extends RuntimeException {

    public MalformedHeaderException(String message) {
        super(message);
    }
}
