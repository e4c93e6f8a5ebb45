package io.reliablemq.benchmarks.load;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;

/** What the machine takes for the least that a broker must do: write and force, and a round trip over loopback. */
final class BareCost {

    private static final int FILE_BYTES = 64 << 20;
    private static final long SEQUENTIAL_BYTES = 1L << 30;
    private static final int ANSWER_BYTES = 200;
    private static final long TOP_NANOS = Duration.ofMinutes(1).toNanos();

    /** Latency in ns of writes of this size behind each other into reserved space, each with a force. */
    static Histogram writeAndForce(Path folder, int bytes, Duration time) {
        Path file = folder.resolve("bare-cost");
        try {
            Files.createDirectories(folder);
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                reserve(channel);
                return writeAndForce(channel, bytes, time);
            } finally {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The bare cost of " + file + " was not measured", e);
        }
    }

    /**
     * As {@link #writeAndForce(Path, int, Duration)} with two files, each with a thread of its own, that begin together: the
     * time until both are done. What a master and a slave on one disk must wait for.
     */
    static Histogram writeAndForceOfTwo(Path folder, int bytes, Duration time) {
        Path first = folder.resolve("bare-cost-1");
        Path second = folder.resolve("bare-cost-2");
        ExecutorService other = Executors.newSingleThreadExecutor(task -> new Thread(task, "bare-second-file"));
        try {
            Files.createDirectories(folder);
            try (FileChannel one = FileChannel.open(first, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileChannel two = FileChannel.open(second, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                reserve(one);
                reserve(two);
                return sideBySide(new Block(one, bytes), new Block(two, bytes), other, time);
            } finally {
                Files.deleteIfExists(first);
                Files.deleteIfExists(second);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("The bare cost of two files in " + folder + " was not measured", e);
        } finally {
            other.shutdown();
        }
    }

    private static Histogram sideBySide(Block one, Block two, ExecutorService other, Duration time) throws IOException {
        Histogram latency = new Histogram(TOP_NANOS, 3);
        long until = System.nanoTime() + time.toNanos();
        for (long start = System.nanoTime(); start < until; start = System.nanoTime()) {
            Future<?> second = other.submit(() -> {
                two.writeNext();
                return null;
            });
            one.writeNext();
            await(second);
            latency.recordValue(Math.min(System.nanoTime() - start, TOP_NANOS));
        }
        return latency;
    }

    private static void await(Future<?> write) throws IOException {
        try {
            write.get();
        } catch (ExecutionException e) {
            throw new IOException("The second file was not written", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while measuring two files", e);
        }
    }

    private static void reserve(FileChannel channel) throws IOException {
        ByteBuffer zeros = ByteBuffer.allocateDirect(1 << 20);
        for (long at = 0; at < FILE_BYTES; at += zeros.capacity()) {
            channel.write(zeros.clear(), at);
        }
        channel.force(true);
    }

    private static Histogram writeAndForce(FileChannel channel, int bytes, Duration time) throws IOException {
        Histogram latency = new Histogram(TOP_NANOS, 3);
        Block block = new Block(channel, bytes);
        long until = System.nanoTime() + time.toNanos();
        for (long start = System.nanoTime(); start < until; start = System.nanoTime()) {
            block.writeNext();
            latency.recordValue(Math.min(System.nanoTime() - start, TOP_NANOS));
        }
        return latency;
    }

    /** Goes through a reserved file again and again. By one thread at a time. */
    private static final class Block {

        private final FileChannel channel;
        private final ByteBuffer content;
        private long at;

        Block(FileChannel channel, int bytes) {
            this.channel = channel;
            this.content = ByteBuffer.allocateDirect(bytes);
        }

        void writeNext() throws IOException {
            int bytes = content.capacity();
            channel.write(content.clear(), at);
            channel.force(false);
            at = at + 2L * bytes > FILE_BYTES ? 0 : at + bytes;
        }
    }

    /** Bytes a second of a new file that is written from its start to its end, 1 MiB at a time, and forced then. */
    static double sequentialWrite(Path folder) {
        Path file = folder.resolve("bare-write");
        ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
        try {
            Files.createDirectories(folder);
            long start = System.nanoTime();
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
                for (long at = 0; at < SEQUENTIAL_BYTES; at += block.capacity()) {
                    channel.write(block.clear(), at);
                }
                channel.force(true);
            } finally {
                Files.deleteIfExists(file);
            }
            return SEQUENTIAL_BYTES / ((System.nanoTime() - start) / 1e9);
        } catch (IOException e) {
            throw new UncheckedIOException("The bare cost of " + file + " was not measured", e);
        }
    }

    /** Latency in ns of a message there and a short answer back, between two threads of this process. */
    static Histogram roundTrip(int bytes, Duration time) {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(server.getInetAddress(), server.getLocalPort());
                Socket accepted = server.accept()) {
            client.setTcpNoDelay(true);
            accepted.setTcpNoDelay(true);
            Thread echo = new Thread(() -> answer(accepted, bytes), "bare-answers");
            echo.start();
            Histogram latency = askFor(client, bytes, time);
            client.shutdownOutput();
            echo.join();
            return latency;
        } catch (IOException e) {
            throw new UncheckedIOException("The bare round trip was not measured", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while measuring the bare round trip", e);
        }
    }

    private static Histogram askFor(Socket client, int bytes, Duration time) throws IOException {
        Histogram latency = new Histogram(TOP_NANOS, 3);
        byte[] request = new byte[bytes];
        long until = System.nanoTime() + time.toNanos();
        for (long start = System.nanoTime(); start < until; start = System.nanoTime()) {
            client.getOutputStream().write(request);
            if (client.getInputStream().readNBytes(ANSWER_BYTES).length < ANSWER_BYTES) {
                throw new IOException("The other side ended");
            }
            latency.recordValue(Math.min(System.nanoTime() - start, TOP_NANOS));
        }
        return latency;
    }

    private static void answer(Socket socket, int bytes) {
        byte[] answer = new byte[ANSWER_BYTES];
        try {
            InputStream in = socket.getInputStream();
            while (in.readNBytes(bytes).length == bytes) {
                socket.getOutputStream().write(answer);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private BareCost() {}
}
