package io.reliablemq.broker.store;

import io.reliablemq.broker.store.log.AppendMailbox;
import io.reliablemq.broker.store.log.LogFigures;
import io.reliablemq.broker.store.log.LogTail;
import io.reliablemq.broker.store.log.LogWriter;
import io.reliablemq.broker.store.log.TailSignals;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;

/** Makes the agent that writes what is appended. */
record WriterMaker(
        StoreSettings settings,
        AppendMailbox<PendingAppend> mailbox,
        LogTail tail,
        CommitPoint commitPoint,
        Clock clock,
        long lastTimestamp)
        implements StoreThreads.LogAgentMaker {

    @Override
    public Agent make(LogFigures figures, TailSignals signals) {
        return new LogWriter<>(settings.forLog(), mailbox, tail, commitPoint, clock, figures, lastTimestamp, signals);
    }
}
