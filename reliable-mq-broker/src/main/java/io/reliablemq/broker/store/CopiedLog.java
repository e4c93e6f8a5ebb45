package io.reliablemq.broker.store;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.log.LogGaps;
import io.reliablemq.broker.store.log.RecordChunk;
import io.reliablemq.broker.store.log.RecordsRefusedException;
import java.io.IOException;
import java.util.function.LongConsumer;

/** A log that is a copy of a master's, as whoever fetches it sees it. Safe for use by any thread. */
public interface CopiedLog {

    /** A random name of this copy, which it keeps. */
    String id();

    /** Whose hand wrote which part. */
    EpochHistory epochs();

    /** What the log no longer holds, and where it is damaged. */
    LogGaps gaps();

    /**
     * Throws away what was taken and is not written, and makes the rest survive a crash.
     *
     * @return where the log ends then
     * @throws IOException if the log takes no more writes since one failed
     */
    long settle() throws IOException;

    /** Takes the master's epochs over, and returns once that survives a crash; to be called before records of them come. */
    void adopt(EpochHistory epochs) throws IOException;

    /**
     * Verifies records and takes them; {@link #write} or {@link #writeHere} is to follow.
     *
     * @return where the log goes on behind them
     * @throws RecordsRefusedException if they do not go on where the log ends, or are not what they should be
     */
    long copy(RecordChunk chunk) throws RecordsRefusedException;

    /** Lets the log writer write what was taken. */
    void write();

    /** Writes what was taken on the calling thread, unless the log writer is at it: for few records, whose sender waits. */
    void writeHere();

    /**
     * The master says that everything before this position is committed.
     *
     * @param isPromised whether no power cut takes that from it, since it has forced it or waited for replicas
     */
    void committed(long position, boolean isPromised);

    /**
     * Calls the listener with how far the log is as safe as the flush policy makes it, as soon as records are, on the thread
     * that wrote them.
     */
    void onConfirm(LongConsumer listener);

    /** How far the log is known to hold what its master had acknowledged and could not lose by a power cut. */
    long promised();

    /**
     * Notes that the next opening is to bring the log to where it can follow the master.
     *
     * @throws IOException if the note cannot be written
     */
    void realignAtNextOpening(Realignment realignment) throws IOException;

    /** Where the log writer is: what it has written and forced, and what is committed. */
    MessageStore.Positions positions();
}
