package io.reliablemq.broker.store.log;

/** Payloads to be written one behind the other. Handed from the calling thread to the log writer by the mailbox. */
public interface LogAppend {

    int count();

    byte[] payload(int i);

    /** Position of the message that this one is a copy of, or -1. */
    long origin();

    /** Bytes that it holds in memory. */
    int bytes();

    /** Bytes that its records take in the log. */
    default long recordBytes() {
        return bytes() + (long) count() * RecordLayout.ENVELOPE_BYTES;
    }

    /** When it is no longer worth writing, in terms of {@link io.reliablemq.protocol.runtime.Clock#nanos()}. */
    long deadlineNanos();

    /**
     * Tells a payload where it will stand, just before it is written; it may still be changed now. Called by the log
     * writer, in the order of the log.
     *
     * @param position of the payload's first byte
     * @param storeTimestamp never less than that of the record before
     */
    void place(int i, long position, long storeTimestamp);

    /** The position that was given to {@link #place}. */
    long position(int i);
}
