package io.reliablemq.broker.store.index;

/** Sees index entries in the order of their queue. */
@FunctionalInterface
public interface EntryVisitor {

    /**
     * @param position of the message in the log
     * @param size in bytes
     * @param tagHash hash code of the tag, 0 for none
     * @return whether to go on
     */
    boolean entry(long offset, long position, int size, int tagHash);
}
