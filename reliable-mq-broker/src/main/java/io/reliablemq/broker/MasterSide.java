package io.reliablemq.broker;

import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.figures.HealthChecks;
import io.reliablemq.broker.replication.state.StateBoard;
import io.reliablemq.broker.replication.state.StatePage;
import io.reliablemq.broker.replication.state.StateRequests;
import io.reliablemq.broker.request.ReadAdvice;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A master: hands over what is due, draws up the accounts, and lets its slaves follow. */
final class MasterSide implements RoleSide {

    private static final Duration ACCOUNTS_PERIOD = Duration.ofSeconds(1);
    private static final Duration CHECKPOINT_PERIOD = Duration.ofSeconds(10);

    private final BrokerSettings settings;
    private final ActingRole role;
    private final StateFolder folder;
    private final StateBoard board;

    MasterSide(
            BrokerSettings settings,
            ActingRole role,
            StateFolder folder,
            MessageStore store,
            Clock clock,
            Runnable wakeScheduler) {
        this.settings = settings;
        this.role = role;
        this.folder = folder;
        this.board = new StateBoard(() -> store.positions().committed(), clock, wakeScheduler);
    }

    @Override
    public BrokerState.Files files() {
        return name -> folder.watched(name, board::post);
    }

    @Override
    public BrokerParts.Part part(BrokerState state) {
        StateRequests requests = new StateRequests(settings.name(), role.role(), board, state.offsets());
        return new BrokerParts.Part(
                state.offsets(),
                null,
                ReadAdvice.MASTER,
                Map.of(RequestCode.FOLLOW_STATE, requests::follow, RequestCode.GIVE_OFFSETS, requests::takeOffsets));
    }

    @Override
    public void addDuties(BrokerParts parts, Duties housekeeping, Duties scheduling) {
        BrokerState state = parts.state();
        housekeeping
                .every(ACCOUNTS_PERIOD, state.accounts()::settleWhatMoved)
                .every(CHECKPOINT_PERIOD, state.accounts()::persist)
                .atStop(state.accounts()::settle)
                .atStop(state.accounts()::persist);
        scheduling.step(board::expire).step(parts.schedule()::doWork);
    }

    @Override
    public void start() {
        // Slaves come by themselves.
    }

    /** The files as they are now, for whoever takes over. */
    List<StatePage> statePages() {
        return board.all();
    }

    @Override
    public Figures figures() {
        return List::of;
    }

    @Override
    public HealthChecks health() {
        return List::of;
    }

    @Override
    public void close() {
        board.close();
    }
}
