package io.reliablemq.broker.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.role.RoleFile.Configured;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.DiskFaults;
import io.reliablemq.broker.store.file.SimulatedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RoleFileTest {

    private static final Configured SLAVE = new Configured(BrokerRole.SLAVE, 1);
    private static final Configured MASTER = new Configured(BrokerRole.SYNC_MASTER, 0);

    private final SimulatedDisk disk = new SimulatedDisk();
    private final AtomicFile file = new AtomicFile(disk, Path.of("/state/role.json"));

    private ActingRole read(Configured configured) throws IOException {
        return new RoleFile(file, configured, null).read();
    }

    @Test
    void withoutAFileTheSettingsCount() throws IOException {
        assertThat(read(MASTER)).isEqualTo(new ActingRole(BrokerRole.SYNC_MASTER, 0, BrokerRole.SYNC_MASTER, null, 0));
        assertThat(new RoleFile(file, SLAVE, "h:1").read())
                .isEqualTo(new ActingRole(BrokerRole.SLAVE, 1, BrokerRole.SYNC_MASTER, "h:1", 0));
    }

    @Test
    void aPromotedSlaveStaysTheMasterAcrossRestarts() throws IOException {
        new RoleFile(file, SLAVE, null).write(read(SLAVE).asMaster());

        assertThat(read(SLAVE)).isEqualTo(new ActingRole(BrokerRole.SYNC_MASTER, 0, BrokerRole.SYNC_MASTER, null, 1));
    }

    @Test
    void anOldMasterStaysTheSlaveOfItsSuccessor() throws IOException {
        new RoleFile(file, MASTER, null).write(read(MASTER).asSlaveOf("h:2", 1));

        assertThat(read(MASTER)).isEqualTo(new ActingRole(BrokerRole.SLAVE, 1, BrokerRole.SYNC_MASTER, "h:2", 0));
    }

    @Test
    void changedSettingsAreANewDecision() throws IOException {
        new RoleFile(file, SLAVE, null).write(read(SLAVE).asMaster());

        assertThat(read(new Configured(BrokerRole.SLAVE, 2)).role()).isEqualTo(BrokerRole.SLAVE);
        assertThat(read(new Configured(BrokerRole.ASYNC_MASTER, 0)).role()).isEqualTo(BrokerRole.ASYNC_MASTER);
    }

    @Test
    void theLastAcceptedOfferIsKnownWhateverBecameOfTheRoleSince() throws IOException {
        RoleFile before = new RoleFile(file, SLAVE, null);
        ActingRole master = before.accept(before.read(), "token-1");
        before.write(master.asSlaveOf("h:3", 1));

        RoleFile after = new RoleFile(file, new Configured(BrokerRole.SLAVE, 7), null);
        after.read();
        after.write(read(SLAVE).withMasterRole(BrokerRole.ASYNC_MASTER));

        RoleFile later = new RoleFile(file, SLAVE, null);
        later.read();
        assertThat(later.hasAccepted("token-1")).isTrue();
        assertThat(later.hasAccepted("token-2")).isFalse();
    }

    @Test
    void aFileThatSaysNothingOfOffersIsRead() throws IOException {
        file.write(("{\"configured\":{\"role\":\"SLAVE\",\"id\":1},\"role\":\"SYNC_MASTER\",\"id\":0,"
                        + "\"masterRole\":\"SYNC_MASTER\",\"master\":null,\"vacatedId\":1}")
                .getBytes(StandardCharsets.UTF_8));

        RoleFile old = new RoleFile(file, SLAVE, null);

        assertThat(old.read()).isEqualTo(new ActingRole(BrokerRole.SYNC_MASTER, 0, BrokerRole.SYNC_MASTER, null, 1));
        assertThat(old.hasAccepted("token-1")).isFalse();
    }

    private static HandoverAttempt attempt() {
        ActingRole master = new ActingRole(BrokerRole.SYNC_MASTER, 0, BrokerRole.SYNC_MASTER, null, 4);
        return new HandoverAttempt(master, "h:2", 1, "token-1", 7);
    }

    private RoleFile restarted(Configured configured) throws IOException {
        RoleFile again = new RoleFile(file, configured, null);
        again.read();
        return again;
    }

    @Test
    void whomItHasToAskABrokerKnowsAfterARestart() throws IOException {
        restarted(MASTER).writeUnresolved(attempt());
        restarted(MASTER).write(read(MASTER).withMasterRole(BrokerRole.ASYNC_MASTER));

        assertThat(restarted(MASTER).unresolved()).isEqualTo(attempt());
        assertThat(read(MASTER)).isEqualTo(attempt().asSlave().withMasterRole(BrokerRole.ASYNC_MASTER));
    }

    @Test
    void itHasNobodyToAskOnceItIsAMasterOrKnowsOrIsToldOtherwise() throws IOException {
        restarted(MASTER).writeUnresolved(attempt());
        assertThat(restarted(new Configured(BrokerRole.SLAVE, 3)).unresolved())
                .as("other settings")
                .isNull();

        restarted(MASTER).writeResolved(attempt().asSlave());
        assertThat(restarted(MASTER).unresolved()).as("answered").isNull();
        assertThat(read(MASTER)).isEqualTo(attempt().asSlave());

        restarted(MASTER).writeUnresolved(attempt());
        restarted(MASTER).write(attempt().master());
        assertThat(restarted(MASTER).unresolved()).as("a master").isNull();
    }

    private void failFolderFlushes(int count) {
        disk.faults().arm(DiskFaults.Operation.FORCE_FOLDER, folder -> true, 0, count, 0);
    }

    @Test
    void anOfferThatCannotBeKeptLeavesTheSlaveWhatItWas() throws IOException {
        RoleFile slave = restarted(SLAVE);
        failFolderFlushes(1);

        assertThatThrownBy(() -> slave.accept(read(SLAVE), "token-1"))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(RoleInDoubtException.class);

        assertThat(read(SLAVE).role()).isEqualTo(BrokerRole.SLAVE);
        assertThat(slave.hasAccepted("token-1")).isFalse();
        for (int seed = 0; seed < 20; seed++) {
            AtomicFile afterAPowerCut = new AtomicFile(disk.crash(new Random(seed)), file.path());
            assertThat(new RoleFile(afterAPowerCut, SLAVE, null).read().role()).isEqualTo(BrokerRole.SLAVE);
        }
    }

    @Test
    void whatIsInDoubtStaysSoUntilItIsWrittenAgain() throws IOException {
        RoleFile slave = restarted(SLAVE);
        ActingRole role = read(SLAVE);
        failFolderFlushes(3);

        assertThatThrownBy(() -> slave.accept(role, "token-1")).isInstanceOf(RoleInDoubtException.class);
        assertThatThrownBy(() -> slave.settle(role)).isInstanceOf(RoleInDoubtException.class);
        slave.settle(role);

        disk.faults().clear();
        failFolderFlushes(1);
        slave.settle(role);
        assertThat(read(SLAVE)).isEqualTo(role);
    }

    /** Nothing has replaced the file, so that nothing has to be taken back on a disk that takes no writes. */
    @Test
    void whereNotEvenAFileCanBeMadeNothingIsInDoubt() throws IOException {
        RoleFile slave = restarted(SLAVE);
        disk.faults().arm(DiskFaults.Operation.CREATE, any -> true, 0, Integer.MAX_VALUE, 0);

        assertThatThrownBy(() -> slave.accept(read(SLAVE), "token-1"))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(RoleInDoubtException.class);
    }

    @Test
    void aDamagedFileIsRefusedWithTheWayOut() throws IOException {
        file.write("{\"role\":".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> read(SLAVE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("role.json")
                .hasMessageContaining("delete it");
    }
}
