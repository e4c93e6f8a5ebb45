package io.reliablemq.broker.store.index;

/** Sees index entries in the order of their queue. */
@FunctionalInterface
public interface EntryVisitor {

    /** Size in the entry of a message that was lost to damage, and has no position. */
    int LOST_SIZE = 0;

    /**
     * @param position of the message in the log
     * @param size in bytes, {@link #LOST_SIZE} for a message that cannot be read any more
     * @param tagHash hash code of the tag, 0 for none
     * @return whether to go on
     */
    boolean entry(long offset, long position, int size, int tagHash);
}
