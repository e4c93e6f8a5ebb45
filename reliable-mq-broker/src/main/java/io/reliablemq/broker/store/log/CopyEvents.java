package io.reliablemq.broker.store.log;

/** Learns what becomes of copied records. Must not throw. Called by the log writer, in the order of the log. */
public interface CopyEvents<C extends LogCopy> extends LogProgress {

    /** These will now be written. */
    void copied(C copy);

    /** Everything before this position is as safe as the copy's own flush policy makes it. */
    void confirmed(long position);
}
