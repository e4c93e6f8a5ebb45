package io.reliablemq.client.journal;

import java.io.Closeable;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;

/** A file that records are written to, at its end. An interface, so that tests can let a disk fail. */
interface JournalFile extends Closeable {

    /** Writes all that the buffer holds, which is backed by an array. */
    void write(ByteBuffer bytes) throws IOException;

    /** Returns once what was written is on the disk. @throws ClosedChannelException if the file was closed before */
    void force() throws IOException;

    /** @param file closed with this one */
    static JournalFile of(FileOutputStream file) {
        return new StreamFile(file);
    }

    /**
     * A stream and no channel, as a channel is closed for everybody when a thread that writes to it is interrupted; and these
     * are the application's threads.
     */
    final class StreamFile implements JournalFile {

        private final FileOutputStream file;
        private boolean closed;

        private StreamFile(FileOutputStream file) {
            this.file = file;
        }

        @Override
        public void write(ByteBuffer bytes) throws IOException {
            file.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            bytes.position(bytes.limit());
        }

        @Override
        public synchronized void force() throws IOException {
            if (closed) {
                throw new ClosedChannelException();
            }
            file.getFD().sync();
        }

        @Override
        public synchronized void close() throws IOException {
            closed = true;
            file.close();
        }
    }
}
