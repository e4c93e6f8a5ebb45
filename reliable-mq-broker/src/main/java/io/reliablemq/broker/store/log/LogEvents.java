package io.reliablemq.broker.store.log;

import java.util.List;

/** Learns how far the log has come. Must not throw. Events of one kind come in the order of the log. */
public interface LogEvents<A extends LogAppend> {

    /** These have their places and will now be written. Called by the log writer. */
    void taken(List<A> appends);

    /** The disk had no room for these, of which nothing was written. Called by the log writer. */
    void refused(List<A> appends, String why);

    /** All records before this position are written. Called by the log writer. */
    void written(long position);

    /** All records before this position are on disk. Called by the log writer or the flusher. */
    void flushed(long position);

    /** A write or force failed: the log takes no more writes. Called by the log writer or the flusher. */
    void failed(String what, Throwable cause);
}
