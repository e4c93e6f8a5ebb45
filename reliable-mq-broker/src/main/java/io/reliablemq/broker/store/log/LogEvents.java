package io.reliablemq.broker.store.log;

import java.util.List;

/** Learns what becomes of appends. Must not throw. Events of one kind come in the order of the log. */
public interface LogEvents<A extends LogAppend> extends LogProgress {

    /** These have their places and will now be written. Called by the log writer. */
    void taken(List<A> appends);

    /** The disk had no room for these, of which nothing was written. Called by the log writer. */
    void refused(List<A> appends, String why);
}
