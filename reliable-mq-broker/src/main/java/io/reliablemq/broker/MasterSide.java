package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.feed.ReplicaFeeds;
import io.reliablemq.broker.replication.state.StateBoard;
import io.reliablemq.broker.replication.state.StatePage;
import io.reliablemq.broker.replication.state.StateRequests;
import io.reliablemq.broker.replication.state.TakenOffsets;
import io.reliablemq.broker.request.ReadAdvice;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.AgentHost;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A master: hands over what is due, draws up the accounts, and lets its slaves follow. */
final class MasterSide implements RoleSide {

    private static final Duration ACCOUNTS_PERIOD = Duration.ofSeconds(1);
    private static final Duration TRANSACTIONS_PERIOD = Duration.ofSeconds(1);
    private static final Duration CHECKPOINT_PERIOD = Duration.ofSeconds(10);
    private static final Duration SLAVES_PERIOD = Duration.ofMillis(500);
    private static final Duration LOOK_AROUND_PERIOD = Duration.ofSeconds(5);

    private final Tenure.Around around;
    private final ActingRole role;
    private final OpenedStore opened;
    private final StateFolder folder;
    private final Executor owner;
    private final StateBoard board;
    private final ReplicaFeeds feeds;
    private final Slaves slaves;

    /**
     * @param owner the thread of the state
     * @param wakeScheduler wakes the thread that answers waiting slaves
     */
    MasterSide(
            Tenure.Around around,
            ActingRole role,
            StateFolder folder,
            OpenedStore opened,
            Executor owner,
            Runnable wakeScheduler) {
        BrokerSettings settings = around.settings();
        this.around = around;
        this.role = role;
        this.opened = opened;
        this.folder = folder;
        this.owner = owner;
        this.board = new StateBoard(() -> opened.store().positions().committed(), around.clock(), wakeScheduler);
        this.feeds = new ReplicaFeeds(
                opened.feed(),
                opened.id(),
                new BrokerIdentity(settings.cluster(), settings.name()),
                settings.replication().log(),
                around.clock(),
                around.errors(),
                AgentHost.THREADS);
        this.slaves = new Slaves(role.role(), opened.feed().inSyncReplicas(), feeds::replicas, around.clock());
    }

    @Override
    public BrokerState.Files files() {
        return name -> folder.watched(name, board::post);
    }

    @Override
    public BrokerParts.Part part(BrokerState state) throws IOException {
        state.offsets().persist();
        TakenOffsets.forget(folder.file(SlaveSide.TAKEN));
        StateRequests requests = new StateRequests(
                around.settings().name(), role.role(), epoch(), board, state.offsets(), slaves::heardOf, owner);
        return new BrokerParts.Part(
                role,
                state.offsets(),
                null,
                advice(state),
                Map.of(
                        RequestCode.REPLICA_ATTACH, feeds::attach,
                        RequestCode.REPLICA_CONFIRM, feeds::confirm,
                        RequestCode.FOLLOW_STATE, requests::follow,
                        RequestCode.GIVE_OFFSETS, requests::takeOffsets),
                slaves,
                () -> Long.MAX_VALUE);
    }

    private String epoch() {
        Epoch epoch = opened.feed().epochs().last();
        return epoch == null ? "" : epoch.name();
    }

    private ReadAdvice advice(BrokerState state) {
        if (!around.settings().replication().slaveReads()) {
            return ReadAdvice.MASTER;
        }
        return (group, behindBytes) -> {
            if (behindBytes < ReadAdvice.FAR_BEHIND_BYTES) {
                return 0;
            }
            long wanted = state.groupSettings().find(group).brokerIdWhenSlow();
            return slaves.isInSync(wanted) ? wanted : 0;
        };
    }

    @Override
    public void addDuties(BrokerParts parts, Duties housekeeping, Duties scheduling) {
        BrokerState state = parts.state();
        if (around.settings().nameServers().isEmpty()) {
            // Its own name server has begun with it, and knows nobody else yet.
            housekeeping.every(LOOK_AROUND_PERIOD, around.owner()::lookAround);
        } else {
            housekeeping.nowAndEvery(LOOK_AROUND_PERIOD, around.owner()::lookAround);
        }
        housekeeping
                .every(SLAVES_PERIOD, slaves::look)
                .every(TRANSACTIONS_PERIOD, state.transactions()::persist)
                .every(ACCOUNTS_PERIOD, state.accounts()::settleWhatMoved)
                .every(CHECKPOINT_PERIOD, state.accounts()::persist)
                .atStop(state.transactions()::persist)
                .atStop(state.accounts()::settle)
                .atStop(state.accounts()::persist);
        scheduling.step(board::expire).step(parts.schedule()::doWork).step(parts.transactionChecks()::doWork);
    }

    @Override
    public void start() {
        feeds.start();
    }

    /** The slave that is to take over. */
    Successor successor() throws RoleChangeException {
        return slaves.successor();
    }

    /** Completes once the slave has confirmed the log up to this position. */
    CompletableFuture<Void> whenConfirmed(String replicaId, long position) {
        return feeds.whenConfirmed(replicaId, position);
    }

    /** Completes once as many slaves as a send waits for have confirmed the log up to this position. */
    CompletableFuture<Void> whenEnoughConfirmed(long position) {
        return feeds.whenEnoughConfirmed(position);
    }

    /** Where the slaves listen, but for that one. */
    List<String> addressesBeside(Successor successor) {
        return slaves.addressesBeside(successor);
    }

    /** The files as they are now, for whoever takes over. */
    List<StatePage> statePages() {
        return board.all();
    }

    @Override
    public Figures figures() {
        return slaves;
    }

    @Override
    public HealthChecks health() {
        return slaves;
    }

    @Override
    public Map<String, Object> standing() {
        return slaves.standing();
    }

    @Override
    public void close() throws Exception {
        board.close();
        feeds.close();
    }
}
