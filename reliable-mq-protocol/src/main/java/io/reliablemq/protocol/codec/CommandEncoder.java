package io.reliablemq.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.reliablemq.protocol.command.Command;

/**
 * Writes commands as frames with JSON headers, which every peer understands.
 *
 * <p>In two steps, so that the caller can provide memory of the right size and keep a large body apart:
 * {@link #prepare}, then {@link #writeHead}; the body's bytes follow. Not thread-safe.
 */
public final class CommandEncoder {

    /** Bytes before the header. */
    private static final int PREFIX_BYTES = 8;

    private static final int MAX_HEADER_BYTES = 0xFFFFFF;

    private final int maxFrameBytes;
    private final HeaderBuffer header = new HeaderBuffer();
    private int bodyBytes;

    public CommandEncoder(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /**
     * Encodes the header and remembers it for {@link #writeHead}.
     *
     * @return the size of the frame without its body
     * @throws FrameTooLargeException if the frame would exceed the limit
     */
    public int prepare(Command command) {
        header.clear();
        JsonHeaderCodec.encode(command, header);
        bodyBytes = command.body().size();
        long frame = (long) PREFIX_BYTES + header.size() + bodyBytes;
        if (frame > maxFrameBytes || header.size() > MAX_HEADER_BYTES) {
            throw new FrameTooLargeException("The " + (command.isResponse() ? "answer" : "request") + " with code "
                    + command.code() + " takes " + frame + " bytes, " + bodyBytes
                    + " of them its body; a frame has at most " + maxFrameBytes);
        }
        return PREFIX_BYTES + header.size();
    }

    /** Appends lengths and header of the command that was prepared last. */
    public void writeHead(ByteBuf out) {
        out.writeInt(PREFIX_BYTES - 4 + header.size() + bodyBytes);
        // The upper byte is the header type: 0 for JSON.
        out.writeInt(header.size());
        out.writeBytes(header.array(), 0, header.size());
    }
}
