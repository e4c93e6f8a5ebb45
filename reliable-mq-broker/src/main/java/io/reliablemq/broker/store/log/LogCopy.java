package io.reliablemq.broker.store.log;

import io.reliablemq.broker.store.log.CopiedRecords.Outcome;

/** Verified records on their way to the log writer of a copy. */
public interface LogCopy {

    RecordChunk chunk();

    /** How many messages these are. */
    int messages();

    /** What the chunk means for the log behind it. */
    Outcome outcome();
}
