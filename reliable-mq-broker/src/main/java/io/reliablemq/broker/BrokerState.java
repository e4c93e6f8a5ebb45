package io.reliablemq.broker;

import io.reliablemq.broker.accounting.LossAccounts;
import io.reliablemq.broker.delivery.DelayCursors;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.topic.SystemTopics;
import io.reliablemq.broker.topic.TopicAnnouncer;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.broker.transaction.OpenTransactions;
import io.reliablemq.protocol.body.MalformedBodyException;
import java.io.IOException;
import java.util.concurrent.Executor;

/** What is kept in files beside the log: read at the opening, and the same files on a master and on its slaves. */
record BrokerState(
        Topics topics,
        GroupSettingsTable groupSettings,
        CommittedOffsets offsets,
        DelayCursors cursors,
        LossAccounts accounts,
        OpenTransactions transactions) {

    static final String TOPICS = "topics";
    static final String GROUPS = "groups";
    static final String OFFSETS = "offsets";
    static final String DELAYS = "delays";
    static final String ACCOUNTS = "accounts";
    static final String TRANSACTIONS = "transactions";

    /** Gives the file of a name. */
    @FunctionalInterface
    interface Files {
        AtomicFile file(String name) throws IOException;
    }

    /**
     * @param owner carries out changes of topics and groups
     * @param startedAtMs wall time
     * @throws IOException if a file cannot be read, or is damaged
     */
    static BrokerState load(
            BrokerSettings settings,
            Files files,
            MessageStore store,
            Executor owner,
            TopicAnnouncer announcer,
            long startedAtMs)
            throws IOException {
        try {
            Topics topics = Topics.load(files.file(TOPICS), systemTopics(settings), owner, announcer, startedAtMs);
            GroupSettingsTable groupSettings = GroupSettingsTable.load(files.file(GROUPS), owner);
            CommittedOffsets offsets = CommittedOffsets.load(files.file(OFFSETS), store);
            DelayCursors cursors = DelayCursors.load(files.file(DELAYS), store);
            LossAccounts accounts = LossAccounts.load(files.file(ACCOUNTS), store, offsets, cursors::cursor);
            OpenTransactions transactions = OpenTransactions.load(files.file(TRANSACTIONS), store);
            return new BrokerState(topics, groupSettings, offsets, cursors, accounts, transactions);
        } catch (MalformedBodyException e) {
            throw new IOException("a file in its folder state is damaged: " + e.getMessage(), e);
        }
    }

    private static SystemTopics systemTopics(BrokerSettings settings) {
        return new SystemTopics(
                settings.name(),
                settings.cluster(),
                settings.autoCreateTopics(),
                settings.defaultQueueCount(),
                settings.messageDelayLevel().highest());
    }
}
