package io.reliablemq.broker.store.index;

import java.io.IOException;

/**
 * State that is derived from the log: in memory for the segment that is written, in one file beside each ended segment.
 * Every file may be deleted, and is made again from its segment: at the next start, or when it is found missing or damaged
 * while the store is open.
 *
 * <p>{@link #load} and {@link #add} are called by recovery, in the order of the log. Afterwards {@link #add} belongs to
 * the one thread at a time that moves the commit point, {@link #save} and {@link #drop} to the segment keeper, which
 * {@link #rebuild}s as well; any thread may {@link #verify}.
 */
public interface SegmentIndex extends AutoCloseable {

    /**
     * Takes the entries of an ended segment from its file.
     *
     * @param next where the following segment starts
     * @return false if there is no sound file; then nothing was taken
     * @throws IndexMismatchException if the file does not continue the segments before
     */
    boolean load(long base, long next) throws IOException;

    /** Adds the next message of the log. */
    void add(IndexedMessage message);

    /** Writes the file of an ended segment, whose messages were all added, and lets go of what was held in memory. */
    void save(long base, long next) throws IOException;

    /**
     * Reads the whole file of an ended segment, as it stands on the disk now. One that is damaged or missing is reported, to
     * be made again.
     *
     * @return false if it is damaged or missing; true if it is whole, or there is none yet
     */
    boolean verify(long base) throws IOException;

    /** Makes the file of an ended segment anew, while readers go on with what there is. */
    SegmentRebuild rebuild(long base, long next);

    /** Forgets a segment that is no longer kept. Its file is deleted by the caller. */
    void drop(long base) throws IOException;

    @Override
    void close() throws IOException;
}
