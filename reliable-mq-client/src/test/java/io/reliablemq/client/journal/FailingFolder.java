package io.reliablemq.client.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;

/** A journal's folder on a disk that stops to flush, or to write, when it is told to. */
final class FailingFolder extends JournalFolder {

    volatile boolean flushFails;
    volatile boolean writeFails;
    final AtomicInteger flushes = new AtomicInteger();

    FailingFolder(Path folder) throws IOException {
        super(folder);
    }

    @Override
    JournalFile create(long number) throws IOException {
        JournalFile file = super.create(number);
        return new JournalFile() {

            @Override
            public void write(ByteBuffer bytes) throws IOException {
                if (writeFails) {
                    // Half of a record, as of a disk that is full.
                    file.write(bytes.slice(bytes.position(), bytes.remaining() / 2));
                    throw new IOException("No space left on device");
                }
                file.write(bytes);
            }

            @Override
            public void force() throws IOException {
                flushes.incrementAndGet();
                if (flushFails) {
                    throw new IOException("Input/output error");
                }
                file.force();
            }

            @Override
            public void close() throws IOException {
                file.close();
            }
        };
    }
}
