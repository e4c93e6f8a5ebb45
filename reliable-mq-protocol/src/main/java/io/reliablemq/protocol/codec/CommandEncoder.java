package io.reliablemq.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.reliablemq.protocol.command.Command;

/**
 * Writes commands as frames: with JSON headers, which every peer understands, or with binary ones, which take less time.
 *
 * <p>In two steps, so that the caller can provide memory of the right size and keep a large body apart:
 * {@link #prepare}, then {@link #writeHead}; the body's bytes follow. Not thread-safe but for {@link #useBinaryHeaders}.
 */
public final class CommandEncoder {

    /** Bytes before the header. */
    private static final int PREFIX_BYTES = 8;

    private static final int MAX_HEADER_BYTES = 0xFFFFFF;

    private final int maxFrameBytes;
    private final HeaderBuffer header = new HeaderBuffer();
    private int headerType;
    private int bodyBytes;
    private volatile boolean binary;

    public CommandEncoder(int maxFrameBytes) {
        this.maxFrameBytes = maxFrameBytes;
    }

    /** From now on headers are binary where nothing is lost by it. */
    public void useBinaryHeaders() {
        binary = true;
    }

    /**
     * Encodes the header and remembers it for {@link #writeHead}.
     *
     * @return the size of the frame without its body
     * @throws FrameTooLargeException if the frame would exceed the limit
     */
    public int prepare(Command command) {
        encode(command);
        bodyBytes = command.body().size();
        long frame = (long) PREFIX_BYTES + header.size() + bodyBytes;
        if (frame > maxFrameBytes || header.size() > MAX_HEADER_BYTES) {
            throw new FrameTooLargeException("The " + (command.isResponse() ? "answer" : "request") + " with code "
                    + command.code() + " takes " + frame + " bytes, " + bodyBytes
                    + " of them its body; a frame has at most " + maxFrameBytes);
        }
        return PREFIX_BYTES + header.size();
    }

    private void encode(Command command) {
        header.clear();
        headerType = FrameDecoder.BINARY;
        if (!binary || !BinaryHeaderCodec.encode(command, header)) {
            header.clear();
            headerType = FrameDecoder.JSON;
            JsonHeaderCodec.encode(command, header);
        }
    }

    /** Appends lengths and header of the command that was prepared last. */
    public void writeHead(ByteBuf out) {
        out.writeInt(PREFIX_BYTES - 4 + header.size() + bodyBytes);
        out.writeInt(headerType << 24 | header.size());
        out.writeBytes(header.array(), 0, header.size());
    }
}
