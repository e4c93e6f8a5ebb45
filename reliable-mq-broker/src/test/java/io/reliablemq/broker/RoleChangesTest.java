package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.Peers;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.runtime.Clock;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.RemotingClient;
import io.reliablemq.protocol.transport.TransportSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Changes of a role that wait for each other, of a broker that has none yet. */
class RoleChangesTest {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final EventLoops loops = EventLoops.create("test-io", 1);
    private final RemotingClient client =
            new RemotingClient(loops, TransportSettings.defaults(), (request, reply) -> {});
    private final List<String> done = new CopyOnWriteArrayList<>();
    private final RoleChanges changes = new RoleChanges(
            new NoBroker(),
            new RoleFile(
                    new AtomicFile(new SimulatedDisk(), Path.of("/state/role.json")),
                    new RoleFile.Configured(BrokerRole.SLAVE, 1),
                    null),
            null,
            new Peers(client),
            Clock.SYSTEM,
            (where, error) -> {});

    /** Says what it is asked for, and has nothing. */
    private final class NoBroker implements RoleChanges.Host {

        @Override
        public Tenure tenure() {
            done.add("asked for the tenure");
            throw new IllegalStateException("There is none");
        }

        @Override
        public RequestGate gate() {
            throw new IllegalStateException("There is none");
        }

        @Override
        public List<String> nameServers() {
            done.add("looks around");
            return List.of();
        }

        @Override
        public void reopen(ActingRole role, RoleChanges.Ground ground) {}

        @Override
        public void handedOver() {}
    }

    @AfterEach
    void stop() {
        changes.close();
        client.close();
        loops.close();
    }

    @Test
    void looksThatWaitAreOneAndLeaveRoomForWhatAnOperatorWants() {
        for (int i = 0; i < 200; i++) {
            changes.lookAround();
        }
        CompletableFuture<String> promotion = CompletableFuture.supplyAsync(this::promote);

        changes.begin();

        assertThat(promotion).succeedsWithin(PATIENCE).asString().contains("There is none");
        assertThat(done).containsOnlyOnce("looks around");
        changes.lookAround();
        promote();
        assertThat(done).filteredOn("looks around"::equals).as("the next one").hasSize(2);
    }

    private String promote() {
        try {
            return changes.promote(false).toString();
        } catch (RoleChangeException e) {
            return String.valueOf(e.getMessage());
        }
    }
}
