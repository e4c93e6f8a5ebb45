package io.reliablemq.broker.store;

import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.log.ChunkReader;
import io.reliablemq.broker.store.log.LogGaps;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/** The log of a master, as whoever feeds its replicas sees it. Safe for use by any thread. */
public interface ReplicatedLog {

    /** Whose hand wrote which part. */
    EpochHistory epochs();

    /** What the log no longer holds, and where it is damaged. */
    LogGaps gaps();

    ChunkReader chunks();

    MessageStore.Positions positions();

    /** How many must have a message flushed before it is answered, this log counted; 1 if no replica is waited for. */
    int inSyncReplicas();

    /**
     * Whether what is committed is there after a power cut, since this log forces it first, or since replicas have it. If it is not
     * there some day, it was lost.
     */
    boolean outlivesPowerCuts();

    /** Calls the listener with how far the log is written, on the log writer, before it forces what was written. */
    void onWritten(LongConsumer listener);

    /** Calls the listener with how far the log is committed, on the thread that moved the point; must be quick. */
    void onCommit(LongConsumer listener);

    /**
     * Where the commit point moves, the listeners of commits hear of it, and producers are answered, when this log's own disk
     * was the last to have a message that replicas were waited for; otherwise on the thread that disk belongs to.
     */
    void commitOn(Executor executor);

    /** So many replicas as are asked for have everything before this position on disk. Never less than before. */
    void replicated(long position);

    /**
     * Everything before this position counts as committed, although it is not known who has it: it is shown, and is called safe only
     * once {@link #replicated} has come as far.
     */
    void decided(long position);

    /** Asks, for each message that comes, whether enough replicas are near enough to wait for them. */
    void awaitReplicasIf(BooleanSupplier enoughAreNear);

    /** From this position on the log must be kept, since a replica does not have it yet. */
    void keepFrom(LongSupplier position);
}
