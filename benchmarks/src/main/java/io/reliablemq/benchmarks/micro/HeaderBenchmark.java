package io.reliablemq.benchmarks.micro;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.reliablemq.protocol.codec.CommandEncoder;
import io.reliablemq.protocol.codec.FrameDecoder;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.SendMessageRequest;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** The frame of a send request of 1 KiB with either kind of header: from and to bytes, and from and to its fields. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class HeaderBenchmark {

    private static final int MAX_FRAME_BYTES = 16 << 20;
    private static final int MAX_HEADER_BYTES = 64 << 10;

    @Param({"false", "true"})
    public boolean binary;

    private final SendMessageRequest header = new SendMessageRequest(
            "group",
            "topic",
            "TBW102",
            4,
            3,
            0,
            1_700_000_000_000L,
            0,
            Samples.PROPERTIES,
            0,
            -1,
            false,
            "broker-a",
            false);
    private final Map<String, String> fields = header.fieldsV2();
    private final Command command = Command.request(RequestCode.SEND_MESSAGE_V2, fields, Body.of(Samples.body()));
    private final CommandEncoder encoder = new CommandEncoder(MAX_FRAME_BYTES);
    private final ByteBuf out = Unpooled.directBuffer(4096);
    private final EmbeddedChannel decoder =
            new EmbeddedChannel(new FrameDecoder(MAX_FRAME_BYTES, MAX_HEADER_BYTES, () -> false));
    private ByteBuf frame = Unpooled.EMPTY_BUFFER;

    @Setup
    public void encode() {
        if (binary) {
            encoder.useBinaryHeaders();
        }
        frame = Unpooled.directBuffer(4096);
        encoder.prepare(command);
        encoder.writeHead(frame);
        frame.writeBytes(command.body().buffer());
    }

    @Benchmark
    public ByteBuf encodeHead() {
        encoder.prepare(command);
        out.clear();
        encoder.writeHead(out);
        return out;
    }

    /** The embedded channel's own work is in it. */
    @Benchmark
    public Object decodeFrame() {
        decoder.writeInbound(frame.retainedDuplicate());
        return decoder.readInbound();
    }

    @Benchmark
    public Map<String, String> writeFields() {
        return header.fieldsV2();
    }

    @Benchmark
    public SendMessageRequest readFields() {
        return SendMessageRequest.readV2(fields);
    }

    @TearDown
    public void release() {
        decoder.finishAndReleaseAll();
        frame.release();
        out.release();
    }
}
