package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.CopiedRecords.Outcome;
import io.reliablemq.broker.store.log.LogCopy;
import io.reliablemq.broker.store.log.RecordChunk;
import java.util.List;

/** Verified records of a master, with what readers need to find them. */
record CopiedBatch(RecordChunk chunk, Outcome outcome, List<Uncommitted> found) implements LogCopy {

    @Override
    public int messages() {
        return found.size();
    }
}
