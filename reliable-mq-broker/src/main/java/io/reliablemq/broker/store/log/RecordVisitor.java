package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Sees whole records in the order of the log. */
@FunctionalInterface
public interface RecordVisitor {

    /**
     * @param position of the payload
     * @param origin position of the message that this one is a copy of, or -1
     * @param payload to be used during the call only
     */
    void record(long position, long origin, ByteBuffer payload) throws IOException;
}
