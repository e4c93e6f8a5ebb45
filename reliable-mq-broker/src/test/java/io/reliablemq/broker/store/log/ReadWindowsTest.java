package io.reliablemq.broker.store.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ReadWindowsTest {

    /** All of them would go to the same window. */
    private static final int APART = ReadWindows.WINDOWS * (256 << 10);

    private static final int WINDOW = 256 << 10;
    private static final int MESSAGE = 1 << 10;

    private static final Path FILE = Path.of("/log/0");

    private final CountDownLatch reading = new CountDownLatch(1);
    private final CountDownLatch gate = new CountDownLatch(1);
    private final AtomicBoolean hangs = new AtomicBoolean(true);

    /** An event loop must not wait for what somebody else reads from a slow disk. */
    @Test
    void nobodyWaitsForWhoeverFillsTheWindow() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.createFolder(FILE.getParent());
        try (StoreFile written = disk.create(FILE)) {
            written.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 0);
            written.write(ByteBuffer.wrap(new byte[] {4, 5, 6}), APART);
        }
        Segments segments = new Segments();
        segments.add(new Segment(0, 2L * APART, FILE, hangingOnce(disk.openToRead(FILE))));
        ReadWindows windows = new ReadWindows(segments);
        ByteBuffer slow = ByteBuffer.allocate(3);
        CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> read(windows, 0, slow));
        assertThat(reading.await(20, TimeUnit.SECONDS)).isTrue();

        ByteBuffer quick = ByteBuffer.allocate(3);
        CompletableFuture<Boolean> loop = CompletableFuture.supplyAsync(() -> read(windows, APART, quick));
        assertThat(loop.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(windows.read(2L * APART, ByteBuffer.allocate(1)))
                .as("behind the end")
                .isFalse();

        assertThat(quick.array()).containsExactly(4, 5, 6);
        assertThat(other).isNotDone();
        gate.countDown();
        assertThat(other.get(20, TimeUnit.SECONDS)).isTrue();
        assertThat(slow.array()).containsExactly(1, 2, 3);
    }

    /** What one of them fetches, nobody else has to. */
    @Test
    void neighboursAreReadInOneGo() throws Exception {
        Counted counted = counted(WINDOW);
        for (int at = 0; at < WINDOW; at += MESSAGE) {
            counted.windows.announce(MESSAGE);
            assertThat(counted.windows.read(at, ByteBuffer.allocate(MESSAGE))).isTrue();
        }
        assertThat(counted.bytes.get()).isEqualTo(WINDOW);
    }

    /** Each of the two takes the window from the other. */
    @Test
    void readersThatAreFarApartDoNotReadTheLogManyTimesOver() throws Exception {
        Counted counted = counted(2 * APART + WINDOW);
        int asked = 0;
        for (int round = 0; round < 2_000; round++) {
            long at = (long) (round % 2) * APART + round / 2 * 8L;
            ByteBuffer message = ByteBuffer.allocate(MESSAGE);
            counted.windows.announce(MESSAGE);
            assertThat(counted.windows.read(at, message)).isTrue();
            assertThat(message.getLong(0)).isEqualTo(at);
            asked += MESSAGE;
        }
        assertThat(counted.bytes.get()).isGreaterThan(asked).isLessThan(APART + 3L * asked + 2 * WINDOW);

        // Reads that were announced have earned it again by now.
        counted.windows.announce(WINDOW);
        long before = counted.bytes.get();
        for (int at = 0; at < WINDOW; at += MESSAGE) {
            assertThat(counted.windows.read(2L * APART + at, ByteBuffer.allocate(MESSAGE)))
                    .isTrue();
        }
        assertThat(counted.bytes.get() - before).isEqualTo(WINDOW);
    }

    /** Those who stand near it are not to suffer. */
    @Test
    void aBlockThatCannotBeReadSparesItsNeighbours() throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.createFolder(FILE.getParent());
        try (StoreFile written = disk.create(FILE)) {
            written.write(ByteBuffer.allocate(WINDOW), 0);
        }
        disk.loseBlock(FILE, 5 * 4096);
        Segments segments = new Segments();
        segments.add(new Segment(0, WINDOW, FILE, disk.openToRead(FILE)));
        ReadWindows windows = new ReadWindows(segments);

        for (int round = 0; round < 2 * ReadWindows.WINDOWS; round++) {
            assertThat(windows.read(10_000, ByteBuffer.allocate(MESSAGE))).isTrue();
        }
        assertThatThrownBy(() -> windows.read(5 * 4096, ByteBuffer.allocate(MESSAGE)))
                .isInstanceOf(IOException.class);
    }

    private record Counted(ReadWindows windows, AtomicLong bytes) {}

    /** A file in which each long is its position. */
    private static Counted counted(int size) throws Exception {
        SimulatedDisk disk = new SimulatedDisk();
        disk.createFolder(FILE.getParent());
        ByteBuffer content = ByteBuffer.allocate(size);
        for (int at = 0; at < size; at += Long.BYTES) {
            content.putLong(at, at);
        }
        try (StoreFile written = disk.create(FILE)) {
            written.write(content, 0);
        }
        AtomicLong bytes = new AtomicLong();
        StoreFile file = disk.openToRead(FILE);
        StoreFile counting = (StoreFile) Proxy.newProxyInstance(
                StoreFile.class.getClassLoader(), new Class<?>[] {StoreFile.class}, (proxy, method, arguments) -> {
                    Object result = method.invoke(file, arguments);
                    if (method.getName().equals("read")) {
                        bytes.addAndGet((int) result);
                    }
                    return result;
                });
        Segments segments = new Segments();
        segments.add(new Segment(0, size, FILE, counting));
        return new Counted(new ReadWindows(segments), bytes);
    }

    private static boolean read(ReadWindows windows, long position, ByteBuffer target) {
        try {
            return windows.read(position, target);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private StoreFile hangingOnce(StoreFile file) {
        return (StoreFile) Proxy.newProxyInstance(
                StoreFile.class.getClassLoader(), new Class<?>[] {StoreFile.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("read") && hangs.getAndSet(false)) {
                        reading.countDown();
                        gate.await();
                    }
                    return method.invoke(file, arguments);
                });
    }
}
