package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.Health.Finding;
import io.reliablemq.broker.figures.Health.Status;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.replication.BrokerIdentity;
import io.reliablemq.broker.replication.follow.Follower;
import io.reliablemq.broker.replication.follow.FollowerState;
import io.reliablemq.broker.replication.follow.FollowerState.Phase;
import io.reliablemq.broker.replication.state.StateFollower;
import io.reliablemq.broker.replication.state.StatePage;
import io.reliablemq.broker.replication.state.StateReader;
import io.reliablemq.broker.replication.state.TakenOffsets;
import io.reliablemq.broker.request.ReadAdvice;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.body.MalformedBodyException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A slave: follows its master, serves reads, and keeps the offsets that it is told until the master has them. */
final class SlaveSide implements RoleSide {

    static final String TAKEN = "offsets-taken";

    private static final Duration PERSIST_PERIOD = Duration.ofSeconds(1);
    private static final Duration LOOK_AROUND_PERIOD = Duration.ofSeconds(5);

    private final Tenure.Around around;
    private final ActingRole role;
    private final Supplier<@Nullable String> master;
    private final Mailbox owner;
    private final OpenedStore opened;
    private final MessageStore store;
    private final StateFolder folder;
    private final FollowedTopics followedTopics;
    private final Follower logFollower;
    private final CompletableFuture<Void> followed = new CompletableFuture<>();
    private @Nullable TakenOffsets taken;
    private @Nullable StateFollower follower;

    /** The master's groups are known here as of this position of the log; those of an earlier life of this slave do not count. */
    private volatile long groupsAsOf = -1;

    /**
     * @param master {@code host:port} of the master; null as long as nobody knows it
     * @param owner the thread of the state
     */
    SlaveSide(
            Tenure.Around around,
            ActingRole role,
            StateFolder folder,
            OpenedStore opened,
            Supplier<@Nullable String> master,
            Mailbox owner)
            throws IOException {
        BrokerSettings settings = around.settings();
        this.around = around;
        this.role = role;
        this.folder = folder;
        this.opened = opened;
        this.store = opened.store();
        this.master = master;
        this.owner = owner;
        this.followedTopics = FollowedTopics.begin(folder);
        this.logFollower = new Follower(
                opened.copy(),
                new BrokerIdentity(settings.cluster(), settings.name()),
                master,
                around.transport(),
                settings.replication().log(),
                around.owner()::reopen,
                around.clock(),
                around.errors());
    }

    @Override
    public BrokerState.Files files() {
        return folder::file;
    }

    @Override
    public BrokerParts.Part part(BrokerState state) throws IOException {
        TakenOffsets offsets = takenOffsets(state);
        taken = offsets;
        StateFollower following = follower(state, offsets);
        follower = following;
        ReadAdvice advice = (group, behindBytes) ->
                around.settings().replication().slaveReads() && behindBytes >= ReadAdvice.FAR_BEHIND_BYTES
                        ? role.brokerId()
                        : 0;
        return new BrokerParts.Part(
                role,
                offsets,
                around.masterOnly(),
                advice,
                Map.of(),
                figures(),
                // Otherwise the master may have heard of groups since then, for which it keeps messages.
                () -> following.isCurrent() ? Math.max(groupsAsOf, following.wholeUpTo()) : -1);
    }

    private TakenOffsets takenOffsets(BrokerState state) throws IOException {
        try {
            return TakenOffsets.load(folder.file(TAKEN), state.offsets());
        } catch (MalformedBodyException e) {
            throw new IOException("a file in its folder state is damaged: " + e.getMessage(), e);
        }
    }

    private StateFollower follower(BrokerState state, TakenOffsets offsets) {
        AtomicFile accounts = folder.file(BrokerState.ACCOUNTS);
        StateFollower.Parts parts = new StateFollower.Parts(
                around.client(),
                around.settings().name(),
                new StateReader(opened.id(), role.brokerId(), Addresses.text(around.address())),
                master,
                this::followedEpoch,
                () -> store.positions().committed(),
                offsets,
                around.owner()::masterIs,
                this::applied,
                owner,
                around.clock());
        return new StateFollower(
                parts,
                Map.of(
                        BrokerState.TOPICS, state.topics()::follow,
                        BrokerState.GROUPS, state.groupSettings()::follow,
                        BrokerState.OFFSETS, flushed(content -> state.offsets().follow(content, offsets::contains)),
                        BrokerState.DELAYS, flushed(state.cursors()::follow),
                        BrokerState.ACCOUNTS, flushed(accounts::write),
                        BrokerState.TRANSACTIONS, flushed(state.transactions()::follow)));
    }

    private @Nullable String followedEpoch() {
        Epoch epoch = logFollower.followedEpoch();
        return epoch == null ? null : epoch.name();
    }

    /** What speaks of messages is put to use once the next start will show them. */
    private StateFollower.Target flushed(StateFollower.Target target) {
        return content -> {
            // After a failure nothing is promised by a file any more; the next start asks the master for all of them.
            if (store.failure() == null) {
                store.flush();
                target.follow(content);
            }
        };
    }

    private void applied(StatePage page) {
        if (page.name().equals(BrokerState.TOPICS)) {
            followedTopics.asOf(page.position());
        } else if (page.name().equals(BrokerState.OFFSETS)) {
            groupsAsOf = page.position();
        }
    }

    @Override
    public void addDuties(BrokerParts parts, Duties housekeeping, Duties scheduling) {
        TakenOffsets offsets = known(taken);
        housekeeping
                .step(known(follower)::doWork)
                .nowAndEvery(LOOK_AROUND_PERIOD, around.owner()::lookAround)
                .every(PERSIST_PERIOD, offsets::persist)
                .every(PERSIST_PERIOD, followedTopics::persist)
                .atStop(offsets::persist)
                .atStop(followedTopics::persist);
        StateFollower following = known(follower);
        opened.feed().onCommit(position -> following.logMoved(() -> owner.execute(() -> {})));
    }

    /** Another broker is the master. */
    void masterMoved() {
        logFollower.masterMoved();
    }

    /** Completes once this slave follows the log of its master for the first time. */
    CompletableFuture<Void> whenFollowing() {
        return followed.copy();
    }

    boolean isFollowing() {
        return logFollower.state().phase() == Phase.FOLLOWING;
    }

    @Override
    public void start() {
        logFollower.onFollowing(() -> {
            followed.complete(null);
            owner.execute(() -> {});
        });
        logFollower.start();
    }

    /** Puts the master's last state to use, and keeps it. Called on the thread of the state. */
    void take(List<StatePage> pages, BrokerState state) throws IOException {
        known(follower).applyAll(pages);
        state.offsets().persist();
        state.cursors().persist();
    }

    @Override
    public Figures figures() {
        return () -> {
            FollowerState log = logFollower.state();
            return List.of(
                    Figure.gauge(
                            "reliable.mq.broker.master.lag.size",
                            Figure.BYTES,
                            "Log that the master has committed and this slave has not, as far as it was told",
                            lagBytes(log)),
                    Figure.gauge(
                            "reliable.mq.broker.master.following",
                            "",
                            "1 while this slave follows the log of its master",
                            log.phase() == Phase.FOLLOWING ? 1 : 0),
                    Figure.gauge(
                            "reliable.mq.broker.master.state",
                            "",
                            "1 while this slave follows the state of its master",
                            known(follower).isLinked() ? 1 : 0));
        };
    }

    @Override
    public HealthChecks health() {
        return () -> {
            FollowerState log = logFollower.state();
            if (log.phase() == Phase.REFUSED) {
                return List.of(finding(
                        Status.DOWN,
                        "cannot follow its master: " + log.detail(),
                        "Its master has lost messages, or was promoted with fewer, is another broker, or two brokers went on as"
                                + " masters, each on its own. The data folder of this one is "
                                + around.settings().dataDir() + "."));
            }
            if (log.phase() == Phase.BROKEN) {
                return List.of(finding(
                        Status.DOWN,
                        "no longer follows its master: " + log.detail(),
                        "Remove the cause, which the finding about its log names, and start it again."));
            }
            if (log.phase() == Phase.FOLLOWING && known(follower).isLinked()) {
                return List.of();
            }
            String address = master.get();
            return List.of(finding(
                    Status.DEGRADED,
                    "does not follow its master, which is " + (address == null ? "not known" : "at " + address)
                            + (log.detail().isEmpty() ? "" : ": " + log.detail()),
                    "What the master takes meanwhile is there only. Check that it runs and can be reached; if it is gone for"
                            + " good, promote this broker."));
        };
    }

    @Override
    public Map<String, Object> standing() {
        FollowerState log = logFollower.state();
        Map<String, Object> standing = new LinkedHashMap<>();
        standing.put(
                "following", log.phase() == Phase.FOLLOWING && known(follower).isLinked());
        standing.put("masterLagBytes", lagBytes(log));
        return standing;
    }

    private static long lagBytes(FollowerState log) {
        return Math.max(0, log.masterCommitted() - log.position());
    }

    private static Finding finding(Status status, String what, String action) {
        return new Finding("master", status, "This slave " + what, action);
    }

    @Override
    public void close() throws Exception {
        logFollower.close();
    }

    private static <T> T known(@Nullable T part) {
        if (part == null) {
            throw new IllegalStateException("Used before the parts were made");
        }
        return part;
    }
}
