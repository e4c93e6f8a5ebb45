package io.reliablemq.broker.role;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.reliablemq.broker.role.RoleFile.Configured;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class RoleFileTest {

    private static final Configured SLAVE = new Configured(BrokerRole.SLAVE, 1);
    private static final Configured MASTER = new Configured(BrokerRole.SYNC_MASTER, 0);

    private final AtomicFile file = new AtomicFile(new SimulatedDisk(), Path.of("/state/role.json"));

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
        ActingRole master = before.read().asMaster();
        before.writeAccepted(master, "token-1");
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

    @Test
    void aDamagedFileIsRefusedWithTheWayOut() throws IOException {
        file.write("{\"role\":".getBytes(StandardCharsets.UTF_8));

        assertThatThrownBy(() -> read(SLAVE))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("role.json")
                .hasMessageContaining("delete it");
    }
}
