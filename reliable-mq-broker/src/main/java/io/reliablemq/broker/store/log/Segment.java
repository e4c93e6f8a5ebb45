package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.file.StoreFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One file of the log, as readers see it. Safe for use by any thread.
 *
 * @param base position of its first byte
 * @param limit position behind its last byte, where the next segment starts
 */
record Segment(long base, long limit, Path path, StoreFile reader) {

    /** Reads until the buffer is full or the file ends; returns how many bytes were read. */
    int read(long position, ByteBuffer target) throws IOException {
        return reader.read(target, position - base);
    }

    boolean holds(long position) {
        return position >= base && position < limit;
    }
}
