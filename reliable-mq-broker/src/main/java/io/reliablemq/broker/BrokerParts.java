package io.reliablemq.broker;

import io.reliablemq.broker.accounting.AccountFigures;
import io.reliablemq.broker.accounting.LossAccounts;
import io.reliablemq.broker.delivery.DelayCursors;
import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.delivery.DelaySchedule;
import io.reliablemq.broker.delivery.LongPolls;
import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.delivery.RetryPolicy;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.broker.group.GroupFigures;
import io.reliablemq.broker.group.GroupSettingsTable;
import io.reliablemq.broker.group.QueueLocks;
import io.reliablemq.broker.request.AdminHandlers;
import io.reliablemq.broker.request.ClientHandlers;
import io.reliablemq.broker.request.ConsumerRetries;
import io.reliablemq.broker.request.Deliveries;
import io.reliablemq.broker.request.DeliveryTimes;
import io.reliablemq.broker.request.EarlierSends;
import io.reliablemq.broker.request.GroupTopics;
import io.reliablemq.broker.request.HandlerTable;
import io.reliablemq.broker.request.HeartbeatHandler;
import io.reliablemq.broker.request.IncomingMessages;
import io.reliablemq.broker.request.MessageQueries;
import io.reliablemq.broker.request.OffsetHandlers;
import io.reliablemq.broker.request.Placement;
import io.reliablemq.broker.request.Pull;
import io.reliablemq.broker.request.PullMessageHandler;
import io.reliablemq.broker.request.ReadThreads;
import io.reliablemq.broker.request.RequestChecks;
import io.reliablemq.broker.request.RequestCounts;
import io.reliablemq.broker.request.RuntimeFigures;
import io.reliablemq.broker.request.SendBackHandler;
import io.reliablemq.broker.request.SendParts;
import io.reliablemq.broker.request.SendTopics;
import io.reliablemq.broker.request.TagFilter;
import io.reliablemq.broker.retention.UnfinishedMessages;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFiles;
import io.reliablemq.broker.store.file.StoreFiles;
import io.reliablemq.broker.topic.SystemTopics;
import io.reliablemq.broker.topic.TopicAnnouncer;
import io.reliablemq.broker.topic.Topics;
import io.reliablemq.broker.transaction.OpenTransactions;
import io.reliablemq.broker.transaction.TransactionChecks;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.ConsumerGroupRequest;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.Connection;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** The parts between the store and the wire, put together: state that is kept in files, delivery, handlers. */
final class BrokerParts {

    private final Topics topics;
    private final CommittedOffsets offsets;
    private final DelayCursors cursors;
    private final LossAccounts accounts;
    private final AccountFigures accountFigures;
    private final ClientSessions sessions;
    private final LongPolls longPolls;
    private final DelaySchedule schedule;
    private final OpenTransactions transactions;
    private final TransactionChecks transactionChecks;
    private final ReadThreads readThreads;
    private final RequestCounts requests;
    private final RuntimeFigures runtime;
    private final Figures figures;
    private volatile @Nullable TopicAnnouncer announcer;

    private BrokerParts(
            BrokerSettings settings,
            OpenedStore opened,
            InetSocketAddress address,
            Executor owner,
            Runnable wakeScheduler,
            Clock clock,
            ErrorSink errors)
            throws IOException {
        MessageStore store = opened.store();
        StateFiles files = new StateFiles(settings.dataDir());
        DelayLevels levels = settings.messageDelayLevel();
        MessageCopies copies = new MessageCopies(levels, address);

        topics = Topics.load(files.file("topics"), systemTopics(settings), owner, this::announce, clock.wallMs());
        GroupSettingsTable groupSettings = GroupSettingsTable.load(files.file("groups"), owner);
        offsets = CommittedOffsets.load(files.file("offsets"), store);
        cursors = DelayCursors.load(files.file("delays"), store);
        ConsumerGroups groups = new ConsumerGroups(BrokerParts::tellMembers);
        accounts = LossAccounts.load(files.file("accounts"), store, offsets, cursors::cursor);
        accountFigures = new AccountFigures(accounts);
        sessions = new ClientSessions(groups, offsets, clock);
        QueueLocks locks = new QueueLocks(clock);

        longPolls = new LongPolls(store, clock, wakeScheduler);
        schedule = new DelaySchedule(store, copies, levels, cursors, copied(opened)::contains, clock, wakeScheduler);
        store.onArrival((queue, maxOffset) -> arrived(queue, maxOffset, wakeScheduler));
        transactions = OpenTransactions.load(files.file("transactions"), store, opened.origins()::forEach);
        transactionChecks = new TransactionChecks(
                settings.transactionRules(), settings.name(), transactions, sessions, store, clock);
        UnfinishedMessages unfinished = new UnfinishedMessages(
                settings.retentionRules(),
                offsets,
                segment -> schedule.waitsIn(segment) || transactions.waitsIn(segment),
                accounts::settleAndStore,
                clock);
        store.retainBy(unfinished);
        readThreads = new ReadThreads(errors);

        RequestChecks checks = new RequestChecks(topics, groupSettings);
        GroupTopics groupTopics = new GroupTopics(topics);
        Deliveries deliveries = new Deliveries();
        Figures counted = Figures.of(List.of(
                store.figures(),
                deliveries,
                new GroupFigures(groups, offsets, topics, store),
                schedule.figures(),
                transactionChecks,
                unfinished,
                accountFigures,
                this::waiting));
        runtime = new RuntimeFigures(settings.name(), store, deliveries, counted, clock);
        Pull.Parts pullParts = new Pull.Parts(store, topics, longPolls, readThreads, deliveries, errors);
        HandlerTable.Builder table = HandlerTable.builder();
        IncomingMessages incoming = new IncomingMessages(address, settings.name(), settings.cluster());
        EarlierSends earlier = new EarlierSends(store, readThreads);
        new SendParts(
                        settings.name(),
                        new SendTopics(topics, checks, settings.autoCreateTopics()),
                        incoming,
                        new ConsumerRetries(groupSettings, locks, groupTopics, copies, store),
                        new Placement(new DeliveryTimes(clock, settings.timerMaxDelay()), copies, incoming),
                        earlier,
                        schedule.recalls(),
                        transactions,
                        sessions,
                        readThreads,
                        store,
                        clock)
                .addTo(table);
        PullMessageHandler pull =
                new PullMessageHandler(checks, groupTopics, new TagFilter(groups), offsets, pullParts);
        table.on(RequestCode.PULL_MESSAGE, pull).on(RequestCode.LITE_PULL_MESSAGE, pull);
        table.on(
                RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                new SendBackHandler(
                        checks, new RetryPolicy(levels), copies, groupTopics, store, readThreads, accounts::takenBack));
        table.on(RequestCode.HEART_BEAT, new HeartbeatHandler(checks, sessions, groupTopics));
        new ClientHandlers(groups, sessions, locks).addTo(table);
        new OffsetHandlers(checks, groups, offsets, store, readThreads).addTo(table);
        new MessageQueries(checks, store, readThreads).addTo(table);
        new AdminHandlers(checks, topics, groupSettings, offsets, pullParts, runtime).addTo(table);
        requests = new RequestCounts(table.build());
        figures = Figures.of(List.of(counted, requests));
    }

    /**
     * @param owner carries out changes of topics and groups
     * @param wakeScheduler wakes the thread that runs long polls and the delay schedule
     * @throws IOException if the state in the data folder cannot be read
     */
    static BrokerParts build(
            BrokerSettings settings,
            OpenedStore opened,
            InetSocketAddress address,
            Executor owner,
            Runnable wakeScheduler,
            Clock clock,
            ErrorSink errors)
            throws IOException {
        try {
            return new BrokerParts(settings, opened, address, owner, wakeScheduler, clock, errors);
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

    /** Originals whose copy was made after the cursors were stored the last time. */
    private Set<Long> copied(OpenedStore opened) throws IOException {
        Set<Long> origins = new HashSet<>();
        opened.origins().forEach(cursors.copiesFrom(), origins::add);
        return origins;
    }

    private void arrived(QueueKey queue, long maxOffset, Runnable wakeScheduler) {
        if (MessageCopies.isParking(queue.topic()) || queue.equals(OpenTransactions.HALVES)) {
            wakeScheduler.run();
        }
        longPolls.arrived(queue, maxOffset);
    }

    /** Who is here, and what waits for a time or a message. */
    private List<Figure> waiting() {
        return List.of(
                Figure.gauge("reliable.mq.broker.clients", "", "Clients that send heartbeats", sessions.size()),
                Figure.gauge(
                        "reliable.mq.broker.delayed",
                        Figure.MESSAGES,
                        "Messages that wait for their time, retries among them",
                        schedule.pending()),
                Figure.gauge(
                        "reliable.mq.broker.pulls.waiting",
                        "",
                        "Pulls that found nothing and wait for a message",
                        longPolls.size()));
    }

    private static void tellMembers(String group, List<Connection> members) {
        Command notice = Command.request(
                        RequestCode.NOTIFY_CONSUMER_IDS_CHANGED, new ConsumerGroupRequest(group).fields())
                .asOneWay();
        // A notice that does not arrive is made up for by the members' own rounds.
        members.forEach(member -> member.sendOneWay(notice));
    }

    private CompletableFuture<Void> announce() {
        TopicAnnouncer through = announcer;
        return through == null ? CompletableFuture.completedFuture(null) : through.announce();
    }

    /** From now on changes of topics are announced. */
    void announceThrough(TopicAnnouncer topicAnnouncer) {
        announcer = topicAnnouncer;
    }

    Topics topics() {
        return topics;
    }

    CommittedOffsets offsets() {
        return offsets;
    }

    DelayCursors cursors() {
        return cursors;
    }

    LossAccounts accounts() {
        return accounts;
    }

    /** Whether the accounts add up. */
    HealthChecks health() {
        return accountFigures;
    }

    ClientSessions sessions() {
        return sessions;
    }

    LongPolls longPolls() {
        return longPolls;
    }

    DelaySchedule schedule() {
        return schedule;
    }

    OpenTransactions transactions() {
        return transactions;
    }

    TransactionChecks transactionChecks() {
        return transactionChecks;
    }

    ReadThreads readThreads() {
        return readThreads;
    }

    RequestHandler handlers() {
        return requests;
    }

    RuntimeFigures runtime() {
        return runtime;
    }

    Figures figures() {
        return figures;
    }

    /** The small files beside the log. */
    private static final class StateFiles {
        private final StoreFiles files = new DiskFiles();
        private final Path folder;

        StateFiles(Path dataDir) throws IOException {
            folder = dataDir.resolve("state");
            files.createFolder(folder);
        }

        AtomicFile file(String name) {
            return new AtomicFile(files, folder.resolve(name + ".json"));
        }
    }
}
