package io.reliablemq.protocol.codec;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.text.TextList;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts the bytes of a connection into frames and passes each on as a {@link Command} with its body on the heap.
 *
 * <p>Stops between two frames while the connection is told to pause; {@link #resume} goes on. Bytes that are no frame
 * are passed on as a {@link MalformedFrameException}, once: what follows them is dropped, since nobody knows where the
 * next frame starts.
 */
public final class FrameDecoder extends ChannelInboundHandlerAdapter {

    private static final int LENGTH_BYTES = 4;
    private static final int PREFIX_BYTES = 8;
    static final int JSON = 0;
    static final int BINARY = 1;
    private static final int KEEP_BYTES = 4096;

    /** The longest body that has its array before all of it is there: an answer to a pull, which mostly comes in several reads. */
    private static final int GATHERED_BYTES = 256 << 10;

    /** So much of a body at least must be there by then, since to announce one costs a peer nothing. */
    private static final int LEAST_PART = 4;

    private final int maxFrameBytes;
    private final int maxHeaderBytes;
    private final BooleanSupplier paused;
    private byte[] scratch = new byte[512];
    private boolean metBinaryHeader;
    private @Nullable ByteBuf received;

    /** Those of the next frame are mostly the same but for a few numbers. */
    private Map<String, String> lastFields = Map.of();

    /** The frame whose body arrives. As long as that is not whole, all that comes goes there and nothing to {@link #received}. */
    private @Nullable Gathering gathering;

    private @Nullable ChannelHandlerContext context;
    private boolean holdingBack;
    private boolean broken;

    /**
     * @param maxFrameBytes of a whole frame
     * @param maxHeaderBytes of its header
     * @param paused whether to leave the next frame for later
     */
    public FrameDecoder(int maxFrameBytes, int maxHeaderBytes, BooleanSupplier paused) {
        this.maxFrameBytes = maxFrameBytes;
        this.maxHeaderBytes = maxHeaderBytes;
        this.paused = paused;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        if (broken) {
            bytes.release();
            return;
        }
        if (gathering != null) {
            gathering.take(bytes);
        }
        ByteBuf before = received;
        received = before == null ? bytes : ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(ctx.alloc(), before, bytes);
        decode(ctx);
    }

    /** Whether the other side writes binary headers, and so reads them. */
    public boolean hasMetBinaryHeader() {
        return metBinaryHeader;
    }

    /** Whether a pause has left bytes behind that may hold whole frames. */
    public boolean isHoldingBack() {
        return holdingBack;
    }

    /** Passes on the frames that were left behind by a pause. Called on the event loop, outside of a read. */
    public void resume() {
        ChannelHandlerContext ctx = context;
        if (ctx != null) {
            decode(ctx);
        }
    }

    private void decode(ChannelHandlerContext ctx) {
        holdingBack = false;
        try {
            decodeFrames(ctx);
        } catch (MalformedFrameException e) {
            broken = true;
            ctx.fireExceptionCaught(e);
        }
        tidy();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        broken = true;
        tidy();
    }

    private void decodeFrames(ChannelHandlerContext ctx) {
        // A handler further down may close the connection, which ends up in handlerRemoved in the middle of this loop.
        while (!broken && (received != null || gathering != null)) {
            if (paused.getAsBoolean()) {
                holdingBack = true;
                return;
            }
            Command command = next();
            if (command == null) {
                return;
            }
            ctx.fireChannelRead(command);
        }
    }

    private @Nullable Command next() {
        Gathering begun = gathering;
        if (begun == null) {
            ByteBuf in = received;
            return in == null ? null : decodeFrame(in);
        }
        if (!begun.isWhole()) {
            return null;
        }
        gathering = null;
        return begun.command;
    }

    private @Nullable Command decodeFrame(ByteBuf in) {
        int available = in.readableBytes();
        if (available < LENGTH_BYTES) {
            return null;
        }
        int start = in.readerIndex();
        int length = in.getInt(start);
        checkLength(length);
        if (available < PREFIX_BYTES) {
            return null;
        }
        int type = in.getByte(start + LENGTH_BYTES);
        int headerLength = in.getUnsignedMedium(start + LENGTH_BYTES + 1);
        checkHeader(type, headerLength, length);
        int bodySize = length - LENGTH_BYTES - headerLength;
        if (available - LENGTH_BYTES >= length) {
            byte[] body = new byte[bodySize];
            in.getBytes(start + PREFIX_BYTES + headerLength, body);
            Command command = command(in, type, headerLength, body);
            in.skipBytes(bodySize);
            return command;
        }
        int arrived = available - PREFIX_BYTES - headerLength;
        if (arrived >= bodySize / LEAST_PART && bodySize <= GATHERED_BYTES) {
            byte[] body = new byte[bodySize];
            gathering = new Gathering(command(in, type, headerLength, body), body);
            gathering.take(in);
        }
        return null;
    }

    /** Moves the position behind the header. */
    private Command command(ByteBuf in, int type, int headerLength, byte[] body) {
        in.skipBytes(PREFIX_BYTES);
        Command command;
        if (in.hasArray()) {
            command = header(in.array(), in.arrayOffset() + in.readerIndex(), type, headerLength, body);
            in.skipBytes(headerLength);
        } else {
            byte[] header = headerLength <= scratch.length ? scratch : new byte[headerLength];
            if (headerLength <= KEEP_BYTES) {
                scratch = header;
            }
            in.readBytes(header, 0, headerLength);
            command = header(header, 0, type, headerLength, body);
        }
        lastFields = headerLength <= KEEP_BYTES && command.fields() instanceof TextList few ? few : Map.of();
        return command;
    }

    private Command header(byte[] bytes, int from, int type, int length, byte[] body) {
        if (type == JSON) {
            return JsonHeaderCodec.decode(bytes, from, length, lastFields, Body.of(body));
        }
        metBinaryHeader = true;
        return BinaryHeaderCodec.decode(bytes, from, length, lastFields, Body.of(body));
    }

    private void checkLength(int length) {
        if (length < LENGTH_BYTES || length > maxFrameBytes - LENGTH_BYTES) {
            throw new MalformedFrameException("it announces a frame of " + length + " bytes; " + LENGTH_BYTES + " to "
                    + (maxFrameBytes - LENGTH_BYTES) + " are allowed");
        }
    }

    private void checkHeader(int type, int headerLength, int length) {
        if (type != JSON && type != BINARY) {
            throw new MalformedFrameException("it announces a header of unknown type " + type);
        }
        int most = Math.min(maxHeaderBytes, length - LENGTH_BYTES);
        if (headerLength > most) {
            throw new MalformedFrameException("it announces a header of " + headerLength + " bytes in a frame of "
                    + length + "; at most " + most + " are allowed");
        }
    }

    private void tidy() {
        if (broken) {
            gathering = null;
        }
        ByteBuf rest = received;
        if (rest == null) {
            return;
        }
        if (broken || !rest.isReadable()) {
            received = null;
            rest.release();
        } else {
            rest.discardSomeReadBytes();
        }
    }

    /** A frame whose header was read and whose body arrives: each of its bytes is copied once, to where it stays. */
    private static final class Gathering {

        private final Command command;
        private final byte[] body;
        private int taken;

        Gathering(Command command, byte[] body) {
            this.command = command;
            this.body = body;
        }

        void take(ByteBuf in) {
            int length = Math.min(in.readableBytes(), body.length - taken);
            in.readBytes(body, taken, length);
            taken += length;
        }

        boolean isWhole() {
            return taken == body.length;
        }
    }
}
