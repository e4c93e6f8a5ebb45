package io.reliablemq.protocol.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FrameDecoderTest {

    private static final int MAX_FRAME = 100_000;
    private static final int MAX_HEADER = 10_000;

    private final AtomicBoolean paused = new AtomicBoolean();
    private final FrameDecoder decoder = new FrameDecoder(MAX_FRAME, MAX_HEADER, paused::get);
    private final EmbeddedChannel channel = new EmbeddedChannel(decoder);

    private static byte[] frame(Command command) {
        CommandEncoder encoder = new CommandEncoder(MAX_FRAME);
        encoder.prepare(command);
        ByteBuf out = Unpooled.buffer();
        encoder.writeHead(out);
        out.writeBytes(command.body().toByteArray());
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    private static byte[] binaryFrame(Command command) {
        HeaderBuffer header = new HeaderBuffer();
        BinaryHeaderCodec.encode(command, header);
        byte[] body = command.body().toByteArray();
        ByteBuf out = Unpooled.buffer();
        out.writeInt(4 + header.size() + body.length).writeInt(0x01000000 | header.size());
        out.writeBytes(header.array(), 0, header.size()).writeBytes(body);
        return Arrays.copyOf(out.array(), out.readableBytes());
    }

    private static ByteBuf direct(byte[] bytes, int from, int to) {
        return ByteBufAllocator.DEFAULT.directBuffer().writeBytes(bytes, from, to - from);
    }

    private static Command command(int id) {
        return Command.request(10, Map.of("topic", "T" + id), Body.ofUtf8("body " + id))
                .withCorrelationId(id);
    }

    private static void assertSame(Command actual, Command expected) {
        assertThat(actual).usingRecursiveComparison().isEqualTo(expected);
    }

    /** Short headers after long ones, in either form, with few and with many fields. */
    @Test
    void framesOfBothFormsFollowEachOther() {
        Random random = new Random(20261129);
        for (int i = 0; i < 2_000; i++) {
            Map<String, String> fields = new LinkedHashMap<>();
            for (int field = random.nextInt(i % 20 == 0 ? 60 : 15); field > 0; field--) {
                fields.put("f" + random.nextInt(60), "v".repeat(1 + random.nextInt(i % 10 == 0 ? 200 : 40)));
            }
            Command command =
                    Command.request(10, fields, Body.ofUtf8("body " + i)).withCorrelationId(i);
            boolean binary = random.nextBoolean();
            byte[] frame = binary ? binaryFrame(command) : frame(command);
            channel.writeInbound(direct(frame, 0, frame.length));
            Command read = channel.readInbound();
            assertThat(read.fields()).isEqualTo(fields);
            assertThat(List.copyOf(read.fields().keySet())).isEqualTo(List.copyOf(fields.keySet()));
            assertThat(read.correlationId()).isEqualTo(i);
            assertThat(read.body().toByteArray()).asString().isEqualTo("body " + i);
        }
        assertThat(decoder.hasMetBinaryHeader()).isTrue();
    }

    @Test
    void aFrameStartsWithItsLengths() {
        byte[] frame = frame(command(1));
        ByteBuf in = Unpooled.wrappedBuffer(frame);
        assertThat(in.readInt()).isEqualTo(frame.length - 4);
        assertThat(in.readByte()).isZero();
        int headerLength = in.readMedium();
        assertThat(in.getByte(8)).isEqualTo((byte) '{');
        assertThat(in.getByte(8 + headerLength - 1)).isEqualTo((byte) '}');
        assertThat(frame.length - 8 - headerLength).isEqualTo("body 1".length());
    }

    @Test
    void framesMayBeSplitAtEveryByte() {
        byte[] bytes = concat(frame(command(1)), binaryFrame(command(2)));
        for (int at = 0; at <= bytes.length; at++) {
            channel.writeInbound(direct(bytes, 0, at));
            channel.writeInbound(direct(bytes, at, bytes.length));
            assertSame(channel.readInbound(), command(1));
            assertSame(channel.readInbound(), command(2));
            assertThat(channel.<Command>readInbound()).isNull();
        }
        for (int at = 0; at < bytes.length; at++) {
            channel.writeInbound(direct(bytes, at, at + 1));
        }
        assertSame(channel.readInbound(), command(1));
        assertSame(channel.readInbound(), command(2));
        assertThat(channel.finish()).isFalse();
    }

    @Test
    void heapBuffersWithAnOffsetAreReadToo() {
        byte[] bytes = concat(new byte[13], frame(command(1)));
        channel.writeInbound(Unpooled.wrappedBuffer(bytes, 13, bytes.length - 13));
        assertSame(channel.readInbound(), command(1));
    }

    @Test
    void manyFramesInOneBufferComeOutInOrder() {
        byte[] bytes = new byte[0];
        for (int i = 0; i < 500; i++) {
            bytes = concat(bytes, frame(command(i)));
        }
        channel.writeInbound(direct(bytes, 0, bytes.length));
        for (int i = 0; i < 500; i++) {
            assertSame(channel.readInbound(), command(i));
        }
    }

    @Test
    void aFrameWithoutBodyHasTheEmptyOne() {
        byte[] bytes = frame(Command.request(34, Map.of()));
        channel.writeInbound(direct(bytes, 0, bytes.length));
        assertThat(((Command) channel.readInbound()).body()).isSameAs(Body.EMPTY);
    }

    @Test
    void aPauseHoldsFramesBackUntilItEnds() {
        byte[] bytes = concat(frame(command(1)), frame(command(2)));
        paused.set(true);
        channel.writeInbound(direct(bytes, 0, bytes.length));
        assertThat(channel.<Command>readInbound()).isNull();
        assertThat(decoder.isHoldingBack()).isTrue();

        paused.set(false);
        decoder.resume();

        assertThat(decoder.isHoldingBack()).isFalse();
        List<Command> read = new ArrayList<>();
        for (Command next = channel.readInbound(); next != null; next = channel.readInbound()) {
            read.add(next);
        }
        assertThat(read).extracting(Command::correlationId).containsExactly(1, 2);
    }

    /** With nothing behind it: a frame that has come whole must not wait for more bytes. */
    @Test
    void aFrameWhoseBodyArrivesWhilePausedComesOutAtTheEndOfThePause() {
        byte[] bytes = frame(command(1));
        channel.writeInbound(direct(bytes, 0, bytes.length - 3));
        paused.set(true);
        channel.writeInbound(direct(bytes, bytes.length - 3, bytes.length));
        assertThat(channel.<Command>readInbound()).isNull();

        paused.set(false);
        decoder.resume();

        assertSame(channel.readInbound(), command(1));
        assertThat(decoder.isHoldingBack()).isFalse();
    }

    @Test
    void aBodyThatTakesManyReadsIsThatOfItsFrame() {
        byte[] body = new byte[MAX_FRAME / 2];
        for (int i = 0; i < body.length; i++) {
            body[i] = (byte) (i * 31 >>> 3);
        }
        Command long1 = Command.request(10, Map.of("topic", "T"), Body.of(body)).withCorrelationId(7);
        byte[] bytes = concat(concat(frame(long1), binaryFrame(command(2))), frame(long1));
        for (int step : new int[] {1_009, 7_919, 30_011}) {
            for (int at = 0; at < bytes.length; at += step) {
                channel.writeInbound(direct(bytes, at, Math.min(bytes.length, at + step)));
            }
            assertSame(channel.readInbound(), long1);
            assertSame(channel.readInbound(), command(2));
            assertSame(channel.readInbound(), long1);
            assertThat(channel.<Command>readInbound()).isNull();
        }
    }

    /** What was read of a header that cannot be one is known before its body has come. */
    @Test
    void aBadHeaderIsToldBeforeAllOfItsBodyArrives() {
        ByteBuf in = Unpooled.buffer()
                .writeInt(4 + 2 + 1_000)
                .writeInt(2)
                .writeBytes(new byte[] {'{', '!'})
                .writeZero(250);
        assertThatThrownBy(() -> channel.writeInbound(in)).isInstanceOf(MalformedFrameException.class);
        assertThat(in.refCnt()).isZero();
    }

    @Test
    void theLargestFrameIsReadAndOneByteMoreIsNot() {
        int head = frame(command(1)).length - command(1).body().size();
        byte[] largest = frame(Command.request(10, Map.of("topic", "T1"), Body.of(new byte[MAX_FRAME - head]))
                .withCorrelationId(1));
        assertThat(largest).hasSize(MAX_FRAME);
        channel.writeInbound(direct(largest, 0, largest.length));
        assertThat(((Command) channel.readInbound()).body().size()).isEqualTo(MAX_FRAME - head);

        ByteBuf tooLarge = Unpooled.buffer().writeInt(MAX_FRAME - 3);
        assertThatThrownBy(() -> channel.writeInbound(tooLarge)).isInstanceOf(MalformedFrameException.class);
    }

    @Test
    void headersUpToTheLimitAreReadAndLongerOnesRefusedBeforeTheyArrive() {
        byte[] bytes = frame(Command.request(1, Map.of("a", "x".repeat(MAX_HEADER - 200))));
        channel.writeInbound(direct(bytes, 0, bytes.length));
        assertThat(((Command) channel.readInbound()).fields().get("a")).hasSize(MAX_HEADER - 200);

        ByteBuf start = Unpooled.buffer().writeInt(50_000).writeInt(MAX_HEADER + 1);
        assertThatThrownBy(() -> channel.writeInbound(start))
                .isInstanceOf(MalformedFrameException.class)
                .hasMessageContaining("at most " + MAX_HEADER);
    }

    @Test
    void nothingIsReadBehindAMalformedFrame() {
        byte[] good = frame(command(1));
        byte[] bad = concat(new byte[] {0, 0, 0, 1, 0, 0, 0, 0}, good);
        ByteBuf both = direct(concat(good, bad), 0, good.length + bad.length);
        assertThatThrownBy(() -> channel.writeInbound(both)).isInstanceOf(MalformedFrameException.class);
        assertSame(channel.readInbound(), command(1));
        assertThat(both.refCnt()).isZero();

        ByteBuf later = direct(good, 0, good.length);
        channel.writeInbound(later);
        assertThat(channel.<Command>readInbound()).isNull();
        assertThat(later.refCnt()).isZero();
    }

    @Test
    void aCloseInTheMiddleOfAFrameGivesTheMemoryBack() {
        byte[] bytes = frame(command(1));
        ByteBuf half = direct(bytes, 0, 20);
        channel.writeInbound(half);
        assertThat(half.refCnt()).isEqualTo(1);
        channel.close();
        assertThat(half.refCnt()).isZero();
    }

    @Test
    void encoderRefusesWhatDecodersWouldRefuse() {
        CommandEncoder encoder = new CommandEncoder(1_000);
        assertThatThrownBy(() -> encoder.prepare(Command.request(7, Map.of(), Body.of(new byte[1_000]))))
                .isInstanceOf(FrameTooLargeException.class)
                .hasMessageContaining("code 7")
                .hasMessageContaining("at most 1000");
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
