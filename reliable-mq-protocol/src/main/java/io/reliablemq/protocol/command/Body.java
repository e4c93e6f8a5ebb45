package io.reliablemq.protocol.command;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The bytes behind the header of a {@link Command}.
 *
 * <p>A body that was received lives on the heap and may be kept. A body that is about to be sent may rest on pooled
 * memory: whoever hands it to the transport gives up ownership, and whoever decides not to send it calls
 * {@link #release()}.
 */
public interface Body {

    /** No bytes at all, which on the wire is the same as no body. */
    Body EMPTY = new HeapBody(new byte[0]);

    /** Wraps the given bytes without copying: the caller must not change them afterwards. */
    static Body of(byte[] bytes) {
        return bytes.length == 0 ? EMPTY : new HeapBody(bytes);
    }

    static Body ofUtf8(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    int size();

    /** A view from the first to the last byte; its position and limit belong to the caller. */
    ByteBuffer buffer();

    /** The bytes as an array. It may be the body's own array: callers must not change it. */
    byte[] toByteArray();

    /** Gives pooled memory back. Does nothing for a body on the heap. At most one call. */
    void release();

    /** Bytes in an array of their own. */
    record HeapBody(byte[] bytes) implements Body {

        @Override
        public int size() {
            return bytes.length;
        }

        @Override
        public ByteBuffer buffer() {
            return ByteBuffer.wrap(bytes);
        }

        @Override
        public byte[] toByteArray() {
            return bytes;
        }

        @Override
        public void release() {
            // The garbage collector owns these bytes.
        }

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }
}
