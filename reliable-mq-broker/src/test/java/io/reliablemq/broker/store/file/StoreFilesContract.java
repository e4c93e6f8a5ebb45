package io.reliablemq.broker.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.store.file.StoreFiles.FolderLock;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the store may expect of files, on the real disk and on the simulated one alike. */
abstract class StoreFilesContract {

    private StoreFiles files;
    private Path folder;
    private Path file;

    /** Files, and a folder that is there. */
    abstract StoreFiles files();

    abstract Path folder();

    @BeforeEach
    void prepare() throws IOException {
        files = files();
        folder = folder();
        files.createFolder(folder);
        file = folder.resolve("file");
    }

    private static ByteBuffer bytes(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(values.length);
        for (int value : values) {
            buffer.put((byte) value);
        }
        return buffer.flip();
    }

    private static byte[] read(StoreFile file, long position, int length) throws IOException {
        ByteBuffer target = ByteBuffer.allocate(length);
        int read = file.read(target, position);
        assertThat(target.position()).isEqualTo(read);
        return java.util.Arrays.copyOf(target.array(), read);
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        try (StoreFile out = files.create(file)) {
            out.write(bytes(1, 2, 3, 4), 0);
            out.write(bytes(9), 2);
            ByteBuffer part = bytes(7, 8).position(1);
            out.write(part, 4);

            assertThat(part.hasRemaining()).isFalse();
            assertThat(read(out, 1, 3)).containsExactly(2, 9, 4);
            assertThat(read(out, 3, 10)).containsExactly(4, 8);
            assertThat(read(out, 5, 10)).isEmpty();
            assertThat(read(out, 500, 10)).isEmpty();
            assertThat(out.size()).isEqualTo(5);
            out.force();
        }
        try (StoreFile in = files.openToRead(file)) {
            assertThat(read(in, 0, 10)).containsExactly(1, 2, 9, 4, 8);
        }
    }

    @Test
    void fillsHolesWithZeros() throws Exception {
        try (StoreFile out = files.create(file)) {
            out.write(bytes(5), 3);

            assertThat(read(out, 0, 10)).containsExactly(0, 0, 0, 5);
        }
    }

    @Test
    void readsZerosWhereAFileWasCutAndGrewAgain() throws Exception {
        try (StoreFile out = files.create(file)) {
            out.write(bytes(1, 2, 3, 4), 0);
            out.truncate(2);
            out.truncate(100);
            assertThat(out.size()).isEqualTo(2);

            out.write(bytes(7), 3);

            assertThat(read(out, 0, 10)).containsExactly(1, 2, 0, 7);
        }
    }

    @Test
    void sharesContentBetweenHandles() throws Exception {
        try (StoreFile out = files.create(file);
                StoreFile other = files.open(file);
                StoreFile in = files.openToRead(file)) {
            out.write(bytes(1, 2), 0);
            other.write(bytes(3), 1);

            assertThat(read(in, 0, 10)).containsExactly(1, 3);
        }
    }

    @Test
    void doesNotMakeAFileThatIsThereNorOpenOneThatIsNot() throws Exception {
        assertThatThrownBy(() -> files.open(file)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> files.openToRead(file)).isInstanceOf(NoSuchFileException.class);
        files.create(file).close();

        assertThatThrownBy(() -> files.create(file)).isInstanceOf(FileAlreadyExistsException.class);
        assertThat(files.exists(file)).isTrue();
    }

    @Test
    void doesNotWriteWhereItMayOnlyRead() throws Exception {
        files.create(file).close();
        try (StoreFile in = files.openToRead(file)) {
            assertThatThrownBy(() -> in.write(bytes(1), 0)).isInstanceOf(NonWritableChannelException.class);
        }
    }

    @Test
    void doesNothingOnceClosed() throws Exception {
        StoreFile out = files.create(file);
        out.close();
        out.close();

        assertThatThrownBy(() -> out.write(bytes(1), 0)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(() -> read(out, 0, 1)).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(out::force).isInstanceOf(ClosedChannelException.class);
        assertThatThrownBy(out::size).isInstanceOf(ClosedChannelException.class);
    }

    @Test
    void renamesOverAnotherFile() throws Exception {
        Path other = folder.resolve("other");
        try (StoreFile out = files.create(file)) {
            out.write(bytes(1), 0);
        }
        files.create(other).close();

        files.rename(file, other);
        files.forceFolder(folder);

        assertThat(files.exists(file)).isFalse();
        try (StoreFile in = files.openToRead(other)) {
            assertThat(read(in, 0, 10)).containsExactly(1);
        }
        assertThatThrownBy(() -> files.rename(file, other)).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void readsOnAfterTheFileWasDeleted() throws Exception {
        try (StoreFile out = files.create(file)) {
            out.write(bytes(1), 0);
            files.delete(file);
            files.delete(file);

            assertThat(files.exists(file)).isFalse();
            assertThat(read(out, 0, 10)).containsExactly(1);
            files.create(file).close();
            assertThat(read(out, 0, 10)).containsExactly(1);
        }
    }

    @Test
    void listsFilesByName() throws Exception {
        for (String name : new String[] {"b", "c", "a"}) {
            files.create(folder.resolve(name)).close();
        }
        files.createFolder(folder.resolve("folder"));
        files.create(folder.resolve("folder/inside")).close();

        assertThat(files.list(folder)).containsExactly(folder.resolve("a"), folder.resolve("b"), folder.resolve("c"));
    }

    @Test
    void locksOnce() throws Exception {
        FolderLock lock = files.lock(folder.resolve("lock"));

        assertThatThrownBy(() -> files.lock(folder.resolve("lock"))).isInstanceOf(FolderInUseException.class);
        lock.close();

        files.lock(folder.resolve("lock")).close();
    }
}
