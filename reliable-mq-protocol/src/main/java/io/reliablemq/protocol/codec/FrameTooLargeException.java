package io.reliablemq.protocol.codec;

/** A command does not fit into a frame. Nothing of it was sent. */
public final class FrameTooLargeException extends IllegalArgumentException {

    FrameTooLargeException(String message) {
        super(message);
    }
}
