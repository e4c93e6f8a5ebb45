package io.reliablemq.protocol.message;

import java.util.Arrays;

/**
 * The body of a {@link StoredMessage}: a part of an array that it may share with those that came with it, so that whoever keeps one of
 * them keeps them all. Nobody changes the array.
 */
public record StoredBody(byte[] bytes, int from, int size) {

    static StoredBody of(byte[] body) {
        return new StoredBody(body, 0, body.length);
    }

    /** Whether it has the array for itself. */
    boolean isWhole() {
        return size == bytes.length;
    }

    byte[] toArray() {
        return isWhole() ? bytes : copy();
    }

    /** In an array that belongs to the caller. */
    public byte[] copy() {
        return Arrays.copyOfRange(bytes, from, from + size);
    }

    @Override
    public String toString() {
        return size + " bytes";
    }
}
