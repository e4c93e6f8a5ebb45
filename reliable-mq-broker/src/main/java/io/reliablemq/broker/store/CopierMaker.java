package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.CopyMailbox;
import io.reliablemq.broker.store.log.LogCopier;
import io.reliablemq.broker.store.log.LogFigures;
import io.reliablemq.broker.store.log.LogTail;
import io.reliablemq.broker.store.log.TailSignals;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.ErrorSink;

/** Makes the agent that writes what is copied from a master. */
record CopierMaker(
        StoreSettings settings, CopyMailbox<CopiedBatch> mailbox, LogTail tail, StoreCopy copy, ErrorSink errors)
        implements StoreThreads.LogAgentMaker {

    @Override
    public Agent make(LogFigures figures, TailSignals signals) {
        LogCopier<CopiedBatch> copier =
                new LogCopier<>(settings.forLog(), mailbox, tail, copy, figures, errors, copy::behindGap, signals);
        copy.writeThrough(copier::writeHere);
        return copier;
    }
}
