package io.reliablemq.broker.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;

/** An open file. Safe for use by any thread; positions are bytes from the start of the file. */
public interface StoreFile extends AutoCloseable {

    /**
     * Writes all that the buffer holds. After a failure, nothing is known about what stands there.
     *
     * @throws DiskFullException if there is no room for it
     */
    void write(ByteBuffer source, long position) throws IOException;

    /**
     * Reads until the buffer is full or the file ends.
     *
     * @return how many bytes were read
     */
    int read(ByteBuffer target, long position) throws IOException;

    /**
     * Makes everything written so far survive a crash. After a failure a second call proves nothing, since the system
     * may have dropped what it could not write.
     */
    void force() throws IOException;

    long size() throws IOException;

    /** Cuts the file behind {@code size} bytes. */
    void truncate(long size) throws IOException;

    @Override
    void close() throws IOException;
}
