package io.reliablemq.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.reliablemq.protocol.command.Body;
import java.nio.ByteBuffer;

/** A body on pooled memory outside the heap, which is written to the socket without a copy. */
public final class PooledBody implements Body {

    private final ByteBuf content;

    private PooledBody(ByteBuf content) {
        this.content = content;
    }

    /** Memory of exactly that size, not cleared. */
    public static PooledBody allocate(ByteBufAllocator allocator, int size) {
        return new PooledBody(allocator.directBuffer(size, size).writerIndex(size));
    }

    @Override
    public int size() {
        return content.readableBytes();
    }

    @Override
    public ByteBuffer buffer() {
        return content.nioBuffer();
    }

    @Override
    public byte[] toByteArray() {
        byte[] bytes = new byte[size()];
        content.getBytes(content.readerIndex(), bytes);
        return bytes;
    }

    @Override
    public void release() {
        content.release();
    }

    /** The memory itself. Whoever takes it releases it, instead of the body. */
    public ByteBuf content() {
        return content;
    }

    @Override
    public String toString() {
        return "pooled body";
    }
}
