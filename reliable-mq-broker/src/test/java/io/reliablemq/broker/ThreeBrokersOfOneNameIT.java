package io.reliablemq.broker;

import static io.reliablemq.broker.BrokersOfOneName.PATIENCE;
import static io.reliablemq.broker.BrokersOfOneName.address;
import static io.reliablemq.broker.BrokersOfOneName.awaitInSync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.role.ActingRole;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.HandoverAttempt;
import io.reliablemq.broker.role.RoleFile;
import io.reliablemq.broker.role.RoleStatus;
import io.reliablemq.broker.role.RoleStatus.LogStanding;
import io.reliablemq.broker.store.epoch.Epoch;
import io.reliablemq.broker.store.epoch.EpochHistory;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A master and two slaves: the one that has no part in a change of roles hears who is the master now. */
class ThreeBrokersOfOneNameIT {

    /** Long, since machines of tests are slow; what is too early is refused at once and does not wait for it. */
    private static final Duration SYNC_SLAVE_TIMEOUT = Duration.ofSeconds(20);

    @TempDir
    Path folder;

    private BrokersOfOneName brokers;
    private BrokerProperties ofA;
    private Broker a;
    private Broker b;
    private Broker c;

    @BeforeEach
    void prepare() throws Exception {
        brokers = new BrokersOfOneName(folder);
        ofA = brokers.master("a", BrokerRole.SYNC_MASTER);
    }

    @AfterEach
    void stop() {
        brokers.close();
    }

    private void start(int inSyncReplicas, boolean addressIsSet) {
        a = brokers.start(strict(ofA, inSyncReplicas));
        b = brokers.start(strict(slave("b", 1, addressIsSet), inSyncReplicas));
        c = brokers.start(strict(slave("c", 2, addressIsSet), inSyncReplicas));
        awaitInSync(a, 3);
        assertThat(brokers.send(a, "before")).isEqualTo(ResponseCode.SUCCESS);
    }

    private BrokerProperties slave(String dataDir, long id, boolean addressIsSet) {
        BrokerProperties properties = brokers.slave(dataDir, id);
        if (addressIsSet) {
            properties.setMasterAddress("127.0.0.1:" + ofA.getListenPort());
        }
        return properties;
    }

    private static BrokerProperties strict(BrokerProperties properties, int inSyncReplicas) {
        properties.setInSyncReplicas(inSyncReplicas);
        properties.setSyncSlaveTimeout(SYNC_SLAVE_TIMEOUT);
        return properties;
    }

    /** The one of the two slaves that has taken over. */
    private Broker successor() {
        assertThat(b.role().isMaster()).isNotEqualTo(c.role().isMaster());
        return b.role().isMaster() ? b : c;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theFirstSendAfterASwitchIsSafeOnAllThree(boolean addressIsSet) throws Exception {
        start(3, addressIsSet);

        a.switchOver();
        int answer = brokers.send(successor(), "after");

        assertThat(answer).isEqualTo(ResponseCode.SUCCESS);
        assertThat(brokers.stored(successor())).containsExactly("before", "after");
    }

    @Test
    void theThirdFollowsAPromotedOneAlsoWhereTheSettingNamesTheLostMaster() throws Exception {
        start(2, true);
        a.close();

        b.promote(false);

        awaitInSync(b, 2);
        assertThat(brokers.send(b, "after")).isEqualTo(ResponseCode.SUCCESS);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(brokers.stored(c)).containsExactly("before", "after"));
    }

    @Test
    void aSlaveThatWasAwayFindsTheMasterByTheOneThatItsSettingNames() throws Exception {
        start(2, true);
        c.close();
        await().atMost(PATIENCE).until(() -> BrokersOfOneName.inSync(a) == 2);
        a.switchOver();

        c = brokers.start(slave("c", 2, true));

        awaitInSync(b, 3);
        assertThatThrownBy(c::switchOver).hasMessageContaining(address(b));
    }

    /** Its log has all of it, and says later than its slaves were told that it is committed. */
    @Test
    void aSlaveReturnsToAMasterThatWasKilledWhereTheSettingNamesAnOlderOne() throws Exception {
        BrokerProperties ofB = brokers.master("b", BrokerRole.SYNC_MASTER);
        b = brokers.start(ofB);
        AtomicInteger asked = new AtomicInteger();
        BrokerProperties ofC = brokers.slave("c", 1);
        ofC.setMasterAddress(slaveOf(address(b), status(b).brokerName(), asked));
        c = brokers.start(ofC);
        awaitInSync(b, 2);
        Path marks = folder.resolve("b/committed");
        byte[] before = Files.readAllBytes(marks);
        assertThat(brokers.send(b, "one")).isEqualTo(ResponseCode.SUCCESS);
        String addressOfB = address(b);

        b.close();
        int askedBefore = asked.get();
        // The second one is that of another look; the first found nobody.
        await().atMost(PATIENCE).until(() -> asked.get() > askedBefore + 1);
        assertThat(c.health().findings())
                .extracting(Health.Finding::what)
                .anySatisfy(what -> assertThat(what).contains(addressOfB));
        Files.write(marks, before);
        b = brokers.start(ofB);

        awaitInSync(b, 2);
        assertThat(brokers.send(b, "two")).isEqualTo(ResponseCode.SUCCESS);
        assertThat(brokers.stored(b)).containsExactly("one", "two");
    }

    /** Under which epoch the other one writes, the slave that is asked does not know yet. */
    @Test
    void whoMayHaveHandedOverFollowsTheMasterThatWasMadeMeanwhile() throws Exception {
        a = brokers.start(ofA);
        c = brokers.start(brokers.slave("c", 2));
        awaitInSync(a, 2);
        assertThat(brokers.send(a, "before")).isEqualTo(ResponseCode.SUCCESS);
        HandoverAttempt attempt = new HandoverAttempt(
                a.role(),
                slaveOf(address(a), status(a).brokerName(), new AtomicInteger()),
                1,
                "token",
                status(a).log().epoch());
        a.close();
        c.promote(false);
        AtomicFile file = new StateFolder(folder.resolve("a")).file("role");
        new RoleFile(file, new RoleFile.Configured(BrokerRole.SYNC_MASTER, 0), null).writeUnresolved(attempt);
        // So that name servers are asked after the slave.
        ofA.setMasterAddress(attempt.successor());

        a = brokers.start(ofA);

        awaitInSync(c, 2);
        assertThat(brokers.send(c, "after")).isEqualTo(ResponseCode.SUCCESS);
        await().atMost(PATIENCE).until(() -> Files.readString(file.path()).contains("\"unresolved\":null"));
        assertThat(a.figures().read())
                .filteredOn(figure -> figure.name().equals("reliable.mq.broker.role.changes"))
                .singleElement()
                .satisfies(figure -> assertThat(figure.value()).isZero());
    }

    /** Something that says that it is a slave, and no more. @return where it listens */
    private String slaveOf(String master, String name, AtomicInteger asked) throws IOException {
        ActingRole role = new ActingRole(BrokerRole.SLAVE, 2, BrokerRole.SYNC_MASTER, master, 0);
        RoleStatus status = new RoleStatus(name, "127.0.0.1:1", role, new LogStanding(EpochHistory.NONE, 0));
        return brokers.listen((request, reply) -> {
            if (request.code() == RequestCode.ASK_ROLE || request.code() == RequestCode.CANCEL_TAKE_OVER) {
                asked.incrementAndGet();
                reply.send(Command.success(status.fields()));
            } else {
                reply.send(Command.failure(ResponseCode.NO_PERMISSION, "This is a slave"));
            }
        });
    }

    @Test
    void neitherAStrangerNorAnOlderMasterDrawsASlaveAway() throws Exception {
        start(2, false);
        a.switchOver();
        Broker master = successor();
        Broker slave = master == b ? c : b;
        awaitInSync(master, 3);
        RoleStatus real = status(master);
        LogStanding stranger = new LogStanding(EpochHistory.of(List.of(new Epoch(9, 99, 0))), 1 << 20);
        LogStanding older = new LogStanding(
                EpochHistory.of(List.of(real.log().epochs().epochs().get(0))), 1 << 20);
        LogStanding newest = new LogStanding(real.log().epochs().begin(7, 1 << 20), 1 << 20);

        for (LogStanding answered : List.of(stranger, older)) {
            assertNotDrawnAway(slave, master, newest, answered);
        }
        assertThat(brokers.send(master, "after")).isEqualTo(ResponseCode.SUCCESS);
    }

    private RoleStatus status(Broker broker) {
        return RoleStatus.read(brokers.wire
                .answer(broker.address(), Command.request(RequestCode.ASK_ROLE, Map.of()))
                .fields());
    }

    /** Somebody claims to be the master and to have come far; asked there, it says what it is. */
    private void assertNotDrawnAway(Broker slave, Broker master, LogStanding claimed, LogStanding answered)
            throws Exception {
        ActingRole role = new ActingRole(BrokerRole.SYNC_MASTER, 0, BrokerRole.SYNC_MASTER, null, 0);
        String name = status(master).brokerName();
        CountDownLatch asked = new CountDownLatch(1);
        AtomicReference<String> address = new AtomicReference<>("");
        address.set(brokers.listen((request, reply) -> {
            reply.send(Command.success(new RoleStatus(name, address.get(), role, answered).fields()));
            asked.countDown();
        }));
        RoleStatus claim = new RoleStatus(name, address.get(), role, claimed);

        brokers.wire.answer(slave.address(), Command.request(RequestCode.ASK_ROLE, claim.fields()));

        assertThat(asked.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        // One after the other: refused only when what follows from the answer is done.
        assertThatThrownBy(slave::switchOver).hasMessageContaining(address(master));
    }
}
