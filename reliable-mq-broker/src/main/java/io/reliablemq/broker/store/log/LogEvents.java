package io.reliablemq.broker.store.log;

import java.io.IOException;
import java.util.List;

/** Learns what becomes of appends. Must not throw. Events of one kind come in the order of the log. */
public interface LogEvents<A extends LogAppend> extends LogProgress {

    /** These have their places and will now be written. Called by the log writer. */
    void taken(List<A> appends);

    /** There was no room for these, or no file, and nothing of them was written. Called by the log writer. */
    void refused(List<A> appends, IOException why);
}
