package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.replication.state.StateFollower;
import io.reliablemq.broker.replication.state.StatePage;
import io.reliablemq.broker.replication.state.TakenOffsets;
import io.reliablemq.broker.request.ReadAdvice;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.RequestHandler;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A slave: follows its master, serves reads, and keeps the offsets that it is told until the master has them. */
final class SlaveSide implements RoleSide {

    private static final Duration PERSIST_PERIOD = Duration.ofSeconds(1);

    private final With with;
    private final MessageStore store;
    private final StateFolder folder;
    private final FollowedTopics followedTopics;
    private @Nullable TakenOffsets taken;
    private @Nullable StateFollower follower;

    /**
     * What a slave works with.
     *
     * @param master {@code host:port} of the master; null as long as nobody knows it
     * @param masterOnly handles what only a master does
     * @param masterRole told what kind of master it is
     * @param owner the thread of the state
     */
    record With(
            BrokerSettings settings,
            ActingRole role,
            RemotingClient client,
            Supplier<@Nullable String> master,
            RequestHandler masterOnly,
            Consumer<BrokerRole> masterRole,
            Executor owner,
            Clock clock) {}

    SlaveSide(With with, StateFolder folder, MessageStore store) throws IOException {
        this.with = with;
        this.folder = folder;
        this.store = store;
        this.followedTopics = FollowedTopics.begin(folder);
    }

    @Override
    public BrokerState.Files files() {
        return folder::file;
    }

    @Override
    public BrokerParts.Part part(BrokerState state) throws IOException {
        TakenOffsets offsets = takenOffsets(state);
        taken = offsets;
        follower = follower(state, offsets);
        ReadAdvice advice = (group, behindBytes) ->
                with.settings().replication().slaveReads() && behindBytes >= ReadAdvice.FAR_BEHIND_BYTES
                        ? with.role().brokerId()
                        : 0;
        return new BrokerParts.Part(offsets, with.masterOnly(), advice, Map.of());
    }

    private TakenOffsets takenOffsets(BrokerState state) throws IOException {
        try {
            return TakenOffsets.load(folder.file("offsets-taken"), state.offsets());
        } catch (MalformedBodyException e) {
            throw new IOException("a file in its folder state is damaged: " + e.getMessage(), e);
        }
    }

    private StateFollower follower(BrokerState state, TakenOffsets offsets) {
        AtomicFile accounts = folder.file(BrokerState.ACCOUNTS);
        StateFollower.Parts parts = new StateFollower.Parts(
                with.client(),
                with.settings().name(),
                with.master(),
                () -> store.positions().committed(),
                offsets,
                with.masterRole(),
                this::applied,
                with.owner(),
                with.clock());
        return new StateFollower(
                parts,
                Map.of(
                        BrokerState.TOPICS, state.topics()::follow,
                        BrokerState.GROUPS, state.groupSettings()::follow,
                        BrokerState.OFFSETS, content -> state.offsets().follow(content, offsets::contains),
                        BrokerState.DELAYS, state.cursors()::follow,
                        BrokerState.ACCOUNTS, accounts::write));
    }

    private void applied(StatePage page) {
        if (page.name().equals(BrokerState.TOPICS)) {
            followedTopics.asOf(page.position());
        }
    }

    @Override
    public void addDuties(BrokerParts parts, Duties housekeeping, Duties scheduling) {
        TakenOffsets offsets = known(taken);
        housekeeping
                .step(known(follower)::doWork)
                .every(PERSIST_PERIOD, offsets::persist)
                .every(PERSIST_PERIOD, followedTopics::persist)
                .atStop(offsets::persist)
                .atStop(followedTopics::persist);
        StateFollower following = known(follower);
        store.onArrival((QueueKey queue, long maxOffset) ->
                following.logMoved(() -> with.owner().execute(() -> {})));
    }

    @Override
    public void start() {}

    /** Puts the master's last state to use. Called on the thread of the state. */
    void take(List<StatePage> pages) throws IOException {
        known(follower).applyAll(pages);
    }

    @Override
    public Figures figures() {
        return () -> List.of(Figure.gauge(
                "reliable.mq.broker.state.linked",
                "",
                "1 while the state follows that of the master",
                known(follower).isLinked() ? 1 : 0));
    }

    @Override
    public HealthChecks health() {
        return () -> known(follower).isLinked()
                ? List.of()
                : List.of(new Finding(
                        "master",
                        Status.DEGRADED,
                        "This slave does not follow its master, which is "
                                + (with.master().get() == null
                                        ? "not known"
                                        : "at " + with.master().get()),
                        "Messages and offsets of since then are on the master only. Check that it runs and can be reached;"
                                + " if it is gone for good, promote this broker."));
    }

    @Override
    public void close() {}

    private static <T> T known(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("Used before the parts were made");
        }
        return part;
    }
}
