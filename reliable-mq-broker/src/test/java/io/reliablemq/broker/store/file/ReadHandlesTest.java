package io.reliablemq.broker.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadHandlesTest {

    private static final int FILES = 8;
    private static final int HANDLES = 3;

    @TempDir
    Path folder;

    private final ReadHandles handles = new ReadHandles(HANDLES);
    private final List<StoreFile> files = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        StoreFiles disk = new DiskFiles(handles);
        for (int i = 0; i < FILES; i++) {
            Path file = folder.resolve("f" + i);
            Files.write(file, new byte[] {(byte) i});
            files.add(disk.openToRead(file));
        }
    }

    private void read(int number) throws IOException {
        ByteBuffer content = ByteBuffer.allocate(1);
        assertThat(files.get(number).read(content, 0)).isEqualTo(1);
        assertThat(content.get(0)).isEqualTo((byte) number);
    }

    private static long openFiles(Path folder) throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(handle -> {
                        try {
                            return Files.readSymbolicLink(handle).startsWith(folder);
                        } catch (IOException e) {
                            // The handle that lists them is gone by now.
                            return false;
                        }
                    })
                    .count();
        }
    }

    @Test
    void manyFilesAreReadWithFewHandles() throws IOException {
        for (int i = 0; i < 3 * FILES; i++) {
            read(i % FILES);
            assertThat(files.get((i + 5) % FILES).size()).isEqualTo(1);
            assertThat(handles.count()).isEqualTo(HANDLES);
        }
        if (Files.isDirectory(Path.of("/proc/self/fd"))) {
            assertThat(openFiles(folder.toRealPath())).isEqualTo(HANDLES);
        }
    }

    @Test
    void whatIsReadAllTheTimeKeepsItsHandle() throws IOException {
        read(0);
        Files.delete(folder.resolve("f0"));
        for (int i = 1; i < 4 * FILES; i++) {
            read(1 + i % (FILES - 1));
            // Would not open any more.
            read(0);
        }
    }

    @Test
    void fileThatWasJustOpenedKeepsItsHandleWhateverElseIsRead() throws IOException {
        for (int i = FILES - HANDLES; i < FILES; i++) {
            read(i);
        }
        Path another = folder.resolve("another");
        Files.write(another, new byte[1]);
        StoreFile opened = new DiskFiles(handles).openToRead(another);
        // Would not open any more.
        Files.delete(another);

        assertThat(opened.read(ByteBuffer.allocate(1), 0)).isEqualTo(1);
        assertThat(handles.count()).isEqualTo(HANDLES);
    }

    @Test
    void interruptedThreadIsToldTheSizeAndStaysInterrupted() throws IOException {
        StoreFile last = files.get(FILES - 1);
        Thread.currentThread().interrupt();
        long size = last.size();

        assertThat(Thread.interrupted()).isTrue();
        assertThat(size).isEqualTo(1);
        assertThat(handles.count()).isEqualTo(HANDLES);
    }

    @Test
    void fileThatCannotBeOpenedAgainIsToldFromOneThatIsGone() throws IOException {
        Path file = folder.resolve("f0");
        Files.delete(file);
        assertThatThrownBy(() -> read(0)).isInstanceOf(NoSuchFileException.class);

        // Which may be so for good, unlike a lack of handles.
        Files.createSymbolicLink(file, file);
        assertThatThrownBy(() -> read(0))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoHandleLeftException.class)
                .hasMessageContaining(file.toString());

        Files.delete(file);
        Files.write(file, new byte[] {0});
        read(0);
    }

    @Test
    void lackOfHandlesIsToldByWhatTheSystemSays() {
        assertThat(DiskFile.saysNoHandleIsLeft(new FileSystemException("f0", null, "Too many open files")))
                .isTrue();
        assertThat(DiskFile.saysNoHandleIsLeft(new FileSystemException("f0", null, "Too many open files in system")))
                .isTrue();
        assertThat(DiskFile.saysNoHandleIsLeft(new FileSystemException("f0", null, "Structure needs cleaning")))
                .isFalse();
    }

    @Test
    void fileThatWasClosedIsNotOpenedAgain() throws IOException {
        for (StoreFile file : files) {
            file.close();
        }

        assertThat(handles.count()).isZero();
        assertThatThrownBy(() -> read(0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> files.get(1).size()).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void readersDoNotNoticeThatOthersTakeTheirHandles() throws Exception {
        ExecutorService readers = Executors.newFixedThreadPool(4);
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Random random = new Random(i);
            running.add(readers.submit(() -> {
                for (int reads = 0; reads < 500; reads++) {
                    read(random.nextInt(FILES));
                }
                return null;
            }));
        }
        for (Future<?> each : running) {
            each.get(30, TimeUnit.SECONDS);
        }
        readers.shutdown();
        assertThat(handles.count()).isLessThanOrEqualTo(HANDLES);
    }
}
