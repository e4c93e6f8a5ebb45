package io.reliablemq.broker.replication.state;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.body.MalformedBodyException;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.HeaderFields;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.RemotingClient;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a slave's state like its master's: asks for what it does not have yet, which the master answers when there is
 * something new, and puts each file to use once the log here has come as far as the master's had when it wrote it. So
 * nothing here ever speaks of messages, or of copies of such, that this log does not hold. Positions mean the same in both logs only
 * while this one follows that one; otherwise nothing is asked for, and nothing that comes is taken.
 *
 * <p>Owned by one thread, which calls {@link #doWork}; answers come to it through its executor. {@link #isLinked} and
 * {@link #logMoved} may be called by any thread.
 */
public final class StateFollower {

    private static final Logger LOG = LoggerFactory.getLogger(StateFollower.class);
    private static final Duration WAIT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = WAIT.plusSeconds(3);
    private static final long AFTER_FAILURE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long LOOK_AGAIN_NANOS = Duration.ofSeconds(1).toNanos();

    private final Parts parts;
    private final Map<String, Target> targets;
    private final Map<String, String> known = new HashMap<>();
    private final HeldPages held = new HeldPages();

    private boolean following;
    private boolean giving;

    /** Whether an answer brought something, so that the next one may bring more of what the master has by now. */
    private boolean mayLackMore;

    private long nextFollowNanos;
    private long nextGiveNanos;
    private @Nullable String trouble;

    /** The epoch of the master that {@code known} and {@code held} are of. */
    private @Nullable String epoch;

    private volatile boolean linked;
    private volatile long wholeUpTo = -1;

    /** Puts a file's content to use and keeps it. */
    @FunctionalInterface
    public interface Target {
        void follow(byte[] content) throws IOException;
    }

    /**
     * What it works with.
     *
     * @param brokerName that master and slave have in common
     * @param own what the master is told of this slave
     * @param master {@code host:port}; null as long as nobody knows it
     * @param followedEpoch the epoch of the master that the log here follows; null while it follows none
     * @param committed how far the log here is committed
     * @param taken what the master is to be told
     * @param masterRole told what kind of master it is
     * @param applied told of each file that was put to use
     * @param owner carries out what it is given on the owning thread, and then calls {@link #doWork}
     */
    public record Parts(
            RemotingClient client,
            String brokerName,
            StateReader own,
            Supplier<@Nullable String> master,
            Supplier<@Nullable String> followedEpoch,
            LongSupplier committed,
            TakenOffsets taken,
            Consumer<BrokerRole> masterRole,
            Consumer<StatePage> applied,
            Executor owner,
            Clock clock) {}

    /** @param targets by name of the file; files without one are ignored */
    public StateFollower(Parts parts, Map<String, Target> targets) {
        this.parts = parts;
        this.targets = Map.copyOf(targets);
        long now = parts.clock().nanos();
        this.nextFollowNanos = now;
        this.nextGiveNanos = now;
    }

    /** Whether the master answered when it was asked the last time. */
    public boolean isLinked() {
        return linked;
    }

    /**
     * Whether the master answered when it was asked the last time, and all that it has told is in use here. Any thread may ask.
     */
    public boolean isCurrent() {
        return linked && held.awaited() == Long.MAX_VALUE;
    }

    /**
     * The state here is the master's as it was when the log had been committed up to this position, or a later one; -1 as long
     * as nothing is known of that. Any thread may ask.
     */
    public long wholeUpTo() {
        return wholeUpTo;
    }

    /** The log was committed further. @param signal wakes the owning thread, if there is something to do */
    public void logMoved(Runnable signal) {
        if (parts.committed().getAsLong() >= held.awaited()) {
            signal.run();
        }
    }

    /** Does what there is to do. @return nanoseconds until the next call at the latest */
    public long doWork() throws IOException {
        String followed = parts.followedEpoch().get();
        if (followed != null && !followed.equals(epoch)) {
            // The log of another term of a master: what the one before it wrote by its positions is void.
            held.clear();
            known.clear();
            wholeUpTo = -1;
            linked = false;
            epoch = followed;
        }
        held.release(parts.committed().getAsLong(), this::put);
        String master = parts.master().get();
        if (master == null || followed == null) {
            linked = false;
            return LOOK_AGAIN_NANOS;
        }
        long now = parts.clock().nanos();
        if (!giving && now - nextGiveNanos >= 0) {
            give(master);
        }
        if (!following && now - nextFollowNanos >= 0) {
            follow(master);
        }
        long next = held.isEmpty() ? Agent.UNTIL_SIGNAL : LOOK_AGAIN_NANOS;
        next = Math.min(next, following ? Agent.UNTIL_SIGNAL : Math.max(1, nextFollowNanos - now));
        return Math.min(next, LOOK_AGAIN_NANOS);
    }

    /** Puts these to use at once, whatever was held back; for a log that has come to the end of the master's. */
    public void applyAll(List<StatePage> pages) throws IOException {
        pages.forEach(this::hold);
        held.release(Long.MAX_VALUE, this::put);
    }

    private void give(String master) {
        List<TakenOffset> offsets = parts.taken().all();
        if (offsets.isEmpty()) {
            return;
        }
        giving = true;
        Command request = Command.request(
                RequestCode.GIVE_OFFSETS,
                Map.of(StateRequests.BROKER_NAME, parts.brokerName()),
                JsonBodies.write(new TakenOffset.Table(offsets)));
        parts.client()
                .invoke(master, request, ANSWER_TIMEOUT)
                .whenComplete((answer, error) -> parts.owner().execute(() -> given(offsets, answer)));
    }

    private void given(List<TakenOffset> offsets, @Nullable Command answer) {
        giving = false;
        if (answer != null && answer.isSuccess()) {
            parts.taken().given(offsets);
            LOG.info("The master has {} offsets that consumers committed here", offsets.size());
        } else {
            nextGiveNanos = parts.clock().nanos() + LOOK_AGAIN_NANOS;
        }
    }

    private void follow(String master) {
        following = true;
        long asked = parts.committed().getAsLong();
        Map<String, String> fields = new HashMap<>();
        fields.put(StateRequests.BROKER_NAME, parts.brokerName());
        fields.put(StateRequests.REPLICA_ID, parts.own().replicaId());
        fields.put(StateRequests.BROKER_ID, Long.toString(parts.own().brokerId()));
        fields.put(StateRequests.ADDRESS, parts.own().address());
        fields.put(StateRequests.WAIT_MS, Long.toString(mayLackMore ? 0 : WAIT.toMillis()));
        known.forEach((name, version) -> fields.put(StateRequests.KNOWN_PREFIX + name, version));
        parts.client()
                .invoke(master, Command.request(RequestCode.FOLLOW_STATE, fields), ANSWER_TIMEOUT)
                .whenComplete((answer, error) -> parts.owner().execute(() -> followed(master, asked, answer, error)));
    }

    private void followed(String master, long asked, @Nullable Command answer, @Nullable Throwable error) {
        following = false;
        if (answer == null || !answer.isSuccess()) {
            failed(master, answer == null ? String.valueOf(error) : answer.remarkText());
            return;
        }
        if (!String.valueOf(answer.fields().get(StateRequests.EPOCH))
                .equals(parts.followedEpoch().get())) {
            failed(master, "its log is not the one that is followed here");
            return;
        }
        try {
            take(answer, asked);
        } catch (MalformedBodyException | IllegalArgumentException e) {
            failed(master, String.valueOf(e.getMessage()));
            return;
        }
        if (!linked) {
            LOG.info("The state follows the master at {}", master);
        }
        linked = true;
        trouble = null;
        nextFollowNanos = parts.clock().nanos();
    }

    private void take(Command answer, long asked) {
        String role = HeaderFields.of(answer.fields()).text(StateRequests.MASTER_ROLE);
        parts.masterRole().accept(BrokerRole.valueOf(role));
        List<StatePage> news = StatePages.decode(answer.body());
        mayLackMore = !news.isEmpty();
        if (news.isEmpty() && held.isEmpty()) {
            wholeUpTo = Math.max(wholeUpTo, asked);
        }
        for (StatePage page : news) {
            known.put(page.name(), page.version());
            hold(page);
        }
    }

    private void failed(String master, String reason) {
        nextFollowNanos = parts.clock().nanos() + AFTER_FAILURE_NANOS;
        linked = false;
        if (!reason.equals(trouble)) {
            trouble = reason;
            LOG.warn("The state does not follow the master at {} any more; it is tried again: {}", master, reason);
        }
    }

    private void hold(StatePage page) {
        if (targets.containsKey(page.name())) {
            held.hold(page);
        }
    }

    private void put(StatePage page) throws IOException {
        Target target = targets.get(page.name());
        if (target != null) {
            target.follow(page.content());
            parts.applied().accept(page);
            LOG.debug("Took over {}", page);
        }
    }
}
