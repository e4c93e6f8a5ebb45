package io.reliablemq.client.journal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** A file that records are written to, at its end. An interface, so that tests can let a disk fail. */
interface JournalFile extends Closeable {

    /** Writes all that the buffer holds. */
    void write(ByteBuffer bytes) throws IOException;

    /** Returns once what was written is on the disk. */
    void force() throws IOException;

    /** @param channel closed with the file */
    static JournalFile of(FileChannel channel) {
        return new JournalFile() {

            @Override
            public void write(ByteBuffer bytes) throws IOException {
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
            }

            @Override
            public void force() throws IOException {
                channel.force(false);
            }

            @Override
            public void close() throws IOException {
                channel.close();
            }
        };
    }
}
