package io.reliablemq.broker;

import io.reliablemq.broker.accounting.AccountFigures;
import io.reliablemq.broker.accounting.LossAccounts;
import io.reliablemq.broker.delivery.DelayCursors;
import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.delivery.DelaySchedule;
import io.reliablemq.broker.delivery.LongPolls;
import io.reliablemq.broker.delivery.MessageCopies;
import io.reliablemq.broker.delivery.OwnDelays;
import io.reliablemq.broker.delivery.RetryPolicy;
import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.group.CommittedOffsets;
import io.reliablemq.broker.group.ConsumerGroups;
import io.reliablemq.broker.group.GroupFigures;
import io.reliablemq.broker.group.OffsetCommits;
import io.reliablemq.broker.group.OffsetResets;
import io.reliablemq.broker.group.QueueLocks;
import io.reliablemq.broker.request.AdminHandlers;
import io.reliablemq.broker.request.ClientHandlers;
import io.reliablemq.broker.request.ConfigurationHandler;
import io.reliablemq.broker.request.ConsumerRetries;
import io.reliablemq.broker.request.Deliveries;
import io.reliablemq.broker.request.DeliveryTimes;
import io.reliablemq.broker.request.EarlierSends;
import io.reliablemq.broker.request.GroupTopics;
import io.reliablemq.broker.request.HandlerTable;
import io.reliablemq.broker.request.HeartbeatHandler;
import io.reliablemq.broker.request.IncomingMessages;
import io.reliablemq.broker.request.MasterOnly;
import io.reliablemq.broker.request.MessageQueries;
import io.reliablemq.broker.request.OffsetHandlers;
import io.reliablemq.broker.request.OffsetResetHandler;
import io.reliablemq.broker.request.Placement;
import io.reliablemq.broker.request.Pull;
import io.reliablemq.broker.request.PullFilters;
import io.reliablemq.broker.request.PullMessageHandler;
import io.reliablemq.broker.request.ReadAdvice;
import io.reliablemq.broker.request.ReadThreads;
import io.reliablemq.broker.request.RequestChecks;
import io.reliablemq.broker.request.RequestCounts;
import io.reliablemq.broker.request.RuntimeFigures;
import io.reliablemq.broker.request.SendBackHandler;
import io.reliablemq.broker.request.SendParts;
import io.reliablemq.broker.request.SendTopics;
import io.reliablemq.broker.retention.FollowedGroups;
import io.reliablemq.broker.retention.UnfinishedMessages;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.transaction.OpenTransactions;
import io.reliablemq.broker.transaction.TransactionChecks;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.runtime.ErrorSink;
import io.reliablemq.protocol.transport.RequestHandler;
import io.reliablemq.protocol.transport.SendsTogether;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The parts between the state and the wire, put together: delivery and handlers, for a master or for a slave.
 *
 * <p>A slave has the same parts. What would change what its master decides is left out: it refuses what only a master does,
 * and hands over nothing that waits for its time, though it knows what waits, since that must be kept.
 */
final class BrokerParts {

    private final BrokerState state;
    private final AccountFigures accountFigures;
    private final HealthChecks health;
    private final LongPolls longPolls;
    private final DelaySchedule schedule;
    private final OwnDelays ownDelays;
    private final TransactionChecks transactionChecks;
    private final ReadThreads readThreads;
    private final RequestCounts requests;
    private final RuntimeFigures runtime;
    private final Figures figures;

    /**
     * What the parts work with.
     *
     * @param address that messages are stamped with
     * @param clients who is connected, whatever the broker's role is
     * @param wakeScheduler wakes the thread that runs long polls and the delay schedule
     */
    record Around(
            BrokerSettings settings,
            InetSocketAddress address,
            Clients clients,
            Runnable wakeScheduler,
            Clock clock,
            ErrorSink errors) {}

    /**
     * What is different between a master and a slave.
     *
     * @param commits takes the offsets that consumers commit
     * @param masterOnly handles what only a master does; null for a master, which does it
     * @param advice which broker consumers are to read from
     * @param more handlers of requests between brokers
     * @param figures what is counted because of the role
     * @param groupsUpTo how far in the log it is known here which groups have consumed what; {@link Long#MAX_VALUE} for all
     */
    record Part(
            ActingRole role,
            OffsetCommits commits,
            @Nullable RequestHandler masterOnly,
            ReadAdvice advice,
            Map<Integer, RequestHandler> more,
            Figures figures,
            LongSupplier groupsUpTo) {

        boolean isMaster() {
            return masterOnly == null;
        }
    }

    /** @throws IOException if the log or an index cannot be read */
    BrokerParts(Around around, BrokerState state, OpenedStore opened, Part part) throws IOException {
        this.state = state;
        BrokerSettings settings = around.settings();
        Clock clock = around.clock();
        MessageStore store = opened.store();
        DelayLevels levels = settings.messageDelayLevel();
        MessageCopies copies = new MessageCopies(levels, around.address());
        CommittedOffsets offsets = state.offsets();
        DelayCursors cursors = state.cursors();
        LossAccounts accounts = state.accounts();
        ConsumerGroups groups = around.clients().groups();
        accountFigures = new AccountFigures(accounts);
        around.clients().sessions().tell(offsets::subscribed);
        QueueLocks locks = new QueueLocks(clock);

        longPolls = new LongPolls(store, clock, around.wakeScheduler());
        Set<Long> copied = part.isMaster() ? copied(opened, cursors) : Set.of();
        ownDelays = new OwnDelays();
        schedule = new DelaySchedule(
                store, copies, levels, ownDelays, cursors, copied::contains, clock, around.wakeScheduler());
        // A slave knows what its master could not read; what it cannot read itself it has not tried.
        health = part.isMaster() ? HealthChecks.of(List.of(accountFigures, schedule.health())) : accountFigures;
        store.tellThrough(SendsTogether::run);
        store.onArrival((queue, maxOffset) -> arrived(queue, maxOffset, around.wakeScheduler()));
        OpenTransactions transactions = state.transactions();
        if (part.isMaster()) {
            transactions.findEnds(opened.origins()::forEach);
        }
        transactionChecks = new TransactionChecks(
                settings.transactionRules(),
                settings.name(),
                transactions,
                around.clients().sessions(),
                store,
                clock);
        // The accounts of a slave are its master's, who settles them before anything goes.
        UnfinishedMessages unfinished = new UnfinishedMessages(
                settings.retentionRules(),
                offsets,
                segment -> schedule.waitsIn(segment) || transactions.waitsIn(segment),
                part.isMaster() ? accounts::settleAndStore : () -> true,
                clock);
        store.retainBy(new FollowedGroups(unfinished, part.groupsUpTo()));
        readThreads = new ReadThreads(around.errors());

        RequestChecks checks = new RequestChecks(state.topics(), state.groupSettings());
        GroupTopics groupTopics =
                part.isMaster() ? GroupTopics.made(state.topics()) : GroupTopics.followed(state.topics());
        Deliveries deliveries = new Deliveries();
        Figures counted = Figures.of(List.of(
                store.figures(),
                deliveries,
                new GroupFigures(groups, offsets, state.topics(), store),
                schedule.figures(),
                transactionChecks,
                unfinished,
                accountFigures,
                () -> waiting(around.clients().sessions())));
        runtime = new RuntimeFigures(
                settings.name(), store, deliveries, Figures.of(List.of(counted, part.figures())), clock);
        Pull.Parts pullParts = new Pull.Parts(
                store,
                state.topics(),
                longPolls,
                readThreads,
                deliveries,
                new OffsetResets(),
                part.advice(),
                around.errors());
        HandlerTable.Builder table = HandlerTable.builder();
        IncomingMessages incoming = new IncomingMessages(around.address(), settings.name(), settings.cluster());
        new SendParts(
                        settings.name(),
                        new SendTopics(state.topics(), checks, settings.autoCreateTopics()),
                        incoming,
                        new ConsumerRetries(state.groupSettings(), locks, groupTopics, copies),
                        new Placement(new DeliveryTimes(clock, settings.timerMaxDelay()), copies, incoming),
                        new EarlierSends(store, readThreads),
                        schedule.recalls(),
                        transactions,
                        around.clients().sessions(),
                        readThreads,
                        store,
                        clock)
                .addTo(table);
        PullFilters filters = new PullFilters(groups);
        PullMessageHandler pull =
                new PullMessageHandler(checks, groupTopics, filters, part.commits(), offsets.known(), pullParts);
        table.on(RequestCode.PULL_MESSAGE, pull).on(RequestCode.LITE_PULL_MESSAGE, pull);
        table.on(
                RequestCode.CONSUMER_SEND_MESSAGE_BACK,
                new SendBackHandler(
                        checks,
                        new RetryPolicy(levels, ownDelays),
                        copies,
                        groupTopics,
                        store,
                        readThreads,
                        accounts::takenBack));
        table.on(
                RequestCode.HEART_BEAT,
                new HeartbeatHandler(checks, around.clients().sessions(), groupTopics));
        new ClientHandlers(groups, around.clients().sessions(), locks, filters).addTo(table);
        new OffsetHandlers(checks, groups, offsets, part.commits(), pullParts.resets(), store, readThreads)
                .addTo(table);
        table.on(RequestCode.RESET_OFFSET, new OffsetResetHandler(checks, offsets, pullParts, settings.name()));
        new MessageQueries(checks, store, readThreads).addTo(table);
        new AdminHandlers(checks, state.topics(), state.groupSettings(), offsets, pullParts, runtime).addTo(table);
        new ConfigurationHandler(ToldSettings.of(settings, around.address(), part.role())).addTo(table);
        part.more().forEach(table::on);
        if (part.masterOnly() != null) {
            table.instead(MasterOnly.CODES, part.masterOnly());
        }
        requests = new RequestCounts(table.build());
        figures = Figures.of(List.of(counted, requests));
    }

    /** Originals whose copy was made after the cursors were stored. */
    private static Set<Long> copied(OpenedStore opened, DelayCursors cursors) throws IOException {
        Set<Long> origins = new HashSet<>();
        opened.origins().forEach(cursors.copiesFrom(), origins::add);
        return origins;
    }

    private void arrived(QueueKey queue, long maxOffset, Runnable wakeScheduler) {
        ownDelays.arrivedIn(queue);
        if (MessageCopies.isParking(queue.topic()) || queue.equals(OpenTransactions.HALVES)) {
            wakeScheduler.run();
        }
        longPolls.arrived(queue, maxOffset);
    }

    /** Who is here, and what waits for a time or a message. */
    private List<Figure> waiting(ClientSessions sessions) {
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

    BrokerState state() {
        return state;
    }

    /** Whether the accounts add up, and what waits can be delivered. */
    HealthChecks health() {
        return health;
    }

    LongPolls longPolls() {
        return longPolls;
    }

    DelaySchedule schedule() {
        return schedule;
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
}
