package io.reliablemq.benchmarks.micro;

import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The stored form of a message of 1 KiB, its parts, and the checksums over it. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class MessageBenchmark {

    private final byte[] body = Samples.body();
    private final StoredMessage message = message(body);
    private final byte[] encoded = MessageLayout.encode(message);
    private final Map<String, String> properties = Samples.properties();

    @Benchmark
    public byte[] encode() {
        return MessageLayout.encode(message);
    }

    @Benchmark
    public StoredMessage decode() {
        return MessageLayout.decode(ByteBuffer.wrap(encoded));
    }

    @Benchmark
    public String encodeProperties() {
        return MessageProperties.encode(properties);
    }

    @Benchmark
    public Map<String, String> decodeProperties() {
        return MessageProperties.decode(Samples.PROPERTIES);
    }

    @Benchmark
    public int bodyChecksum() {
        return MessageLayout.bodyChecksum(body);
    }

    /** As the log has it over each record. */
    @Benchmark
    public long recordChecksum() {
        CRC32C checksum = new CRC32C();
        checksum.update(encoded);
        return checksum.getValue();
    }

    private static StoredMessage message(byte[] body) {
        InetSocketAddress host = new InetSocketAddress(InetAddress.getLoopbackAddress(), 10911);
        return new StoredMessage(
                "topic",
                3,
                4711,
                1L << 30,
                0,
                0,
                1_700_000_000_000L,
                host,
                1_700_000_000_001L,
                host,
                0,
                0,
                Samples.properties(),
                body);
    }
}
