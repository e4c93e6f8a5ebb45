package io.reliablemq.broker.store.log;

/** Learns how far the log has come. Must not throw. Events of one kind come in the order of the log. */
public interface LogProgress {

    /** All records before this position are written. Called by the log writer. */
    void written(long position);

    /** All records before this position are on disk. Called by the log writer or the flusher. */
    void flushed(long position);

    /** A write or force failed: the log takes no more writes. Called by the log writer or the flusher. */
    void failed(String what, Throwable cause);
}
