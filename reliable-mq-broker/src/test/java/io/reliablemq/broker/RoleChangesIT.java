package io.reliablemq.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.figures.Health;
import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.broker.role.RoleChangeException;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.ReplicatedLog;
import io.reliablemq.protocol.body.JsonBodies;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.header.DeleteSubscriptionGroupRequest;
import io.reliablemq.protocol.header.QueryConsumerOffsetRequest;
import io.reliablemq.protocol.header.UpdateConsumerOffsetRequest;
import io.reliablemq.protocol.route.TopicRoute;
import io.reliablemq.protocol.transport.EventLoops;
import io.reliablemq.protocol.transport.TransportSettings;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master and its slave under the strict setting, that change places. */
class RoleChangesIT {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final WireClient wire = new WireClient();
    private final EventLoops loops = EventLoops.create("test-name-server", 1);
    private io.reliablemq.broker.nameserver.NameServer nameServer;
    private Broker a;
    private Broker b;

    @BeforeEach
    void start() throws IOException {
        nameServer = io.reliablemq.broker.nameserver.NameServer.start(
                loops,
                TransportSettings.defaults(),
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                io.reliablemq.protocol.runtime.Clock.SYSTEM,
                (where, error) -> {});
        a = Broker.start(master("a").toSettings());
        b = Broker.start(slave("b").toSettings());
        awaitInSync(a);
    }

    @AfterEach
    void stop() {
        wire.close();
        a.close();
        b.close();
        nameServer.close();
        loops.close();
    }

    private BrokerProperties properties(String dataDir) {
        BrokerProperties properties = new BrokerProperties();
        properties.setListenPort(FreePorts.next());
        properties.getNameServer().setEnabled(false);
        properties.setNameServers(List.of(Addresses.text(nameServer.address())));
        properties.setDataDir(folder.resolve(dataDir).toString());
        properties.setMessageDelayLevel("100ms 200ms 300ms 400ms 5m");
        properties.getManagement().setEnabled(true);
        properties.getManagement().setPort(0);
        return properties;
    }

    private BrokerProperties master(String dataDir) {
        BrokerProperties properties = properties(dataDir);
        properties.setBrokerRole(BrokerRole.SYNC_MASTER);
        return properties;
    }

    private BrokerProperties slave(String dataDir) {
        BrokerProperties properties = properties(dataDir);
        properties.setBrokerRole(BrokerRole.SLAVE);
        properties.setBrokerId(1);
        if (a != null) {
            properties.setMasterAddress(Addresses.text(a.address()));
        }
        return properties;
    }

    private void awaitInSync(Broker master) {
        await("a slave in sync")
                .atMost(PATIENCE)
                .until(() -> figure(master, "reliable.mq.broker.insync") == 2
                        && master.health().status() == Health.Status.UP);
    }

    private static double figure(Broker broker, String name) {
        return broker.figures().read().stream()
                .filter(figure -> figure.name().equals(name))
                .mapToDouble(figure -> figure.value())
                .sum();
    }

    private int send(Broker broker, String text) {
        return wire.send(broker.address(), "orders", 0, text, Map.of()).code();
    }

    private List<String> stored(Broker broker) {
        return wire.texts(broker.address(), "orders", 0);
    }

    private Map<Long, String> registered() {
        return JsonBodies.read(wire.route(nameServer.address(), "orders").body(), TopicRoute.class)
                .brokers()
                .get(0)
                .addresses();
    }

    @Test
    void switchUnderLoadLosesNothingAndFailsNoSend() throws Exception {
        send(a, "first");
        AtomicBoolean stop = new AtomicBoolean();
        List<String> acknowledged = new ArrayList<>();
        List<String> refused = new ArrayList<>();
        // One that never asks for routes: it goes on sending to the address it knows.
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> {
            try (WireClient own = new WireClient()) {
                for (int i = 0; !stop.get(); i++) {
                    Command answer = own.send(a.address(), "orders", 0, "m" + i, Map.of());
                    if (answer.isSuccess()) {
                        acknowledged.add("m" + i);
                    } else {
                        refused.add(answer.code() + " " + answer.remarkText());
                    }
                }
            }
        });
        await().atMost(PATIENCE).until(() -> stored(a).size() > 50);

        assertThat(a.switchOver().role()).isEqualTo(BrokerRole.SLAVE);

        int before = stored(b).size();
        await().atMost(PATIENCE).until(() -> stored(b).size() > before + 50);
        stop.set(true);
        sender.join();
        assertThat(b.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(a.role().brokerId()).isEqualTo(1);
        assertThat(refused).isEmpty();
        assertThat(stored(b)).containsAll(acknowledged).doesNotHaveDuplicates();
        awaitInSync(b);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(a)).isEqualTo(stored(b)));
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(registered())
                        .isEqualTo(Map.of(0L, Addresses.text(b.address()), 1L, Addresses.text(a.address()))));
        System.out.printf(
                "switch: sent %d, acknowledged %d, refused %d, lost 0%n",
                acknowledged.size() + refused.size(), acknowledged.size(), refused.size());
    }

    @Test
    void aSendThatWasLetInJustBeforeTheSwitchIsStoredBeforeTheStoreTakesNoMore() throws Exception {
        a.close();
        b.close();
        CompletableFuture<Void> onItsWay = new CompletableFuture<>();
        a = Broker.start(master("a").toSettings(), (settings, role, clock, errors) -> {
            OpenedStore opened = BrokerStore.open(settings, role, clock, errors);
            MessageStore slow = SlowAppends.of(opened.store(), "late", onItsWay);
            return new OpenedStore(slow, opened.id(), opened.origins(), opened.feed(), opened.copy());
        });
        b = Broker.start(slave("b").toSettings());
        send(a, "first");
        awaitInSync(a);

        CompletableFuture<Integer> late = CompletableFuture.supplyAsync(() -> send(a, "late"));
        onItsWay.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        a.switchOver();

        assertThat(late.get(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isEqualTo(ResponseCode.SUCCESS);
        assertThat(stored(b)).containsExactly("first", "late");
    }

    @Test
    void rolesStayWhatTheyHaveBecomeAcrossARestart() throws Exception {
        send(a, "one");
        a.switchOver();
        awaitInSync(b);
        int portOfA = a.address().getPort();
        int portOfB = b.address().getPort();
        a.close();
        b.close();

        BrokerProperties again = slave("b");
        again.setListenPort(portOfB);
        b = Broker.start(again.toSettings());
        again = master("a");
        again.setListenPort(portOfA);
        a = Broker.start(again.toSettings());

        assertThat(b.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(a.role().role()).isEqualTo(BrokerRole.SLAVE);
        awaitInSync(b);
        assertThat(send(b, "two")).isEqualTo(ResponseCode.SUCCESS);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(a)).containsExactly("one", "two"));
    }

    @Test
    void thereAndBackAgain() throws Exception {
        send(a, "on a");
        a.switchOver();
        awaitInSync(b);
        send(b, "on b");
        b.switchOver();
        awaitInSync(a);

        assertThat(send(a, "on a again")).isEqualTo(ResponseCode.SUCCESS);
        assertThat(stored(a)).containsExactly("on a", "on b", "on a again");
    }

    @Test
    void offsetsDelaysAndTopicsAreHandedOver() throws Exception {
        send(a, "one");
        wire.heartbeat(a.address(), "c1", "readers", "orders", "*", 1);
        wire.answer(
                a.address(),
                Command.request(
                        RequestCode.UPDATE_CONSUMER_OFFSET,
                        new UpdateConsumerOffsetRequest("readers", "orders", 0, 1).fields()));
        for (int i = 0; i < 5; i++) {
            wire.send(a.address(), "later", 0, "d" + i, Map.of("DELAY", "4"));
        }
        wire.send(a.address(), "brand-new", 0, "x", Map.of());

        a.switchOver();

        Command offset = wire.answer(
                b.address(),
                Command.request(
                        RequestCode.QUERY_CONSUMER_OFFSET,
                        new QueryConsumerOffsetRequest("readers", "orders", 0, true).fields()));
        assertThat(offset.fields()).containsEntry("offset", "1");
        assertThat(wire.messages(b.address(), "brand-new", 0, 0)).hasSize(1);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(wire.messages(b.address(), "later", 0, 0))
                        .extracting(WireClient::text)
                        .containsExactlyInAnyOrder("d0", "d1", "d2", "d3", "d4"));
    }

    @Test
    void refusesASwitchWithoutASlaveAndGoesOn() throws Exception {
        b.close();
        await().atMost(PATIENCE).until(() -> figure(a, "reliable.mq.broker.insync") == 1);

        assertThatThrownBy(a::switchOver)
                .isInstanceOf(RoleChangeException.class)
                .hasMessageContaining("slave");

        assertThat(a.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(send(a, "alone")).isEqualTo(ResponseCode.SLAVE_NOT_AVAILABLE);
        assertThat(a.health().status()).isEqualTo(Health.Status.DEGRADED);
        // A consumer that had it before, from a master that was stopped since, is not sent back to where messages are
        // safe.
        assertThat(wire.pull(a.address(), "g", "orders", 0, 1, Duration.ZERO, "*")
                        .get(10, TimeUnit.SECONDS)
                        .code())
                .isEqualTo(ResponseCode.PULL_NOT_FOUND);
        b = Broker.start(slave("b").toSettings());
        awaitInSync(a);
        assertThat(send(a, "together")).isEqualTo(ResponseCode.SUCCESS);
    }

    @Test
    void promotesASlaveWhoseMasterIsGoneAndTheMasterComesBackAsItsSlave() throws Exception {
        List<String> acknowledged = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            if (send(a, "m" + i) == ResponseCode.SUCCESS) {
                acknowledged.add("m" + i);
            }
        }
        assertThatThrownBy(() -> b.promote(false))
                .isInstanceOf(RoleChangeException.class)
                .hasMessageContaining("alive")
                .hasMessageContaining("/switch");
        int port = a.address().getPort();
        a.close();

        assertThat(b.promote(false).role()).isEqualTo(BrokerRole.SYNC_MASTER);

        assertThat(stored(b)).containsAll(acknowledged);
        BrokerProperties again = master("a");
        again.setListenPort(port);
        a = Broker.start(again.toSettings());
        assertThat(a.role().role()).isEqualTo(BrokerRole.SLAVE);
        awaitInSync(b);
        assertThat(send(b, "after")).isEqualTo(ResponseCode.SUCCESS);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(a)).isEqualTo(stored(b)));
    }

    /** The old master may have died with its disk: then the promoted one has the only copy. */
    @Test
    void aMessageThatIsSentAgainToThePromotedSlaveIsNotCalledSafeBeforeItHasASlave() throws Exception {
        Map<String, String> properties = Map.of("UNIQ_KEY", "id-1");
        assertThat(wire.send(a.address(), "orders", 0, "x", properties).code()).isEqualTo(ResponseCode.SUCCESS);
        int port = a.address().getPort();
        a.close();
        b.promote(false);

        assertThat(sendAgain(properties)).isEqualTo(ResponseCode.SLAVE_NOT_AVAILABLE);

        BrokerProperties again = master("a");
        again.setListenPort(port);
        a = Broker.start(again.toSettings());
        awaitInSync(b);
        assertThat(sendAgain(properties)).isEqualTo(ResponseCode.SUCCESS);
        assertThat(stored(b)).containsExactly("x");
    }

    private int sendAgain(Map<String, String> properties) {
        return wire.send(b.address(), "orders", 0, "x", properties, 0, true).code();
    }

    /** What a slave was told counts against the state of its master then, and against no other. */
    @Test
    void offsetsThatASlaveTookAreForgottenOnceItIsTheMaster() throws Exception {
        for (int i = 0; i < 3; i++) {
            send(a, "m" + i);
        }
        await().atMost(PATIENCE).until(() -> stored(b).size() == 3);
        int port = a.address().getPort();
        a.close();
        commit(b, 3);
        Path taken = folder.resolve("b/state/offsets-taken.json");
        await().atMost(PATIENCE)
                .until(() -> Files.exists(taken) && Files.readString(taken).contains("readers"));

        b.promote(false);

        assertThat(taken).doesNotExist();
        assertThat(offset(b)).isEqualTo("3");
        BrokerProperties again = master("a");
        again.setListenPort(port);
        a = Broker.start(again.toSettings());
        awaitInSync(b);
        deleteGroup(b);
        b.switchOver();
        awaitInSync(a);
        await().atMost(PATIENCE).until(() -> figure(b, "reliable.mq.broker.master.state") == 1);
        assertThat(offset(a)).isNull();
    }

    private void commit(Broker broker, long offset) {
        UpdateConsumerOffsetRequest commit = new UpdateConsumerOffsetRequest("readers", "orders", 0, offset);
        assertThat(wire.answer(broker.address(), Command.request(RequestCode.UPDATE_CONSUMER_OFFSET, commit.fields()))
                        .code())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    private void deleteGroup(Broker broker) {
        DeleteSubscriptionGroupRequest delete = new DeleteSubscriptionGroupRequest("readers", true);
        assertThat(wire.answer(
                                broker.address(),
                                Command.request(RequestCode.DELETE_SUBSCRIPTION_GROUP, delete.fields()))
                        .code())
                .isEqualTo(ResponseCode.SUCCESS);
    }

    private String offset(Broker broker) {
        QueryConsumerOffsetRequest query = new QueryConsumerOffsetRequest("readers", "orders", 0, false);
        return wire.answer(broker.address(), Command.request(RequestCode.QUERY_CONSUMER_OFFSET, query.fields()))
                .fields()
                .get("offset");
    }

    @Test
    void whatAPromotedSlaveHoldsCountsBeforeItsStateIsPutToUse() {
        b.close();
        List<String> order = new CopyOnWriteArrayList<>();
        b = Broker.start(slave("b").toSettings(), (settings, role, clock, errors) -> {
            OpenedStore opened = BrokerStore.open(settings, role, clock, errors);
            order.add("opened");
            ReplicatedLog feed = (ReplicatedLog) Proxy.newProxyInstance(
                    getClass().getClassLoader(), new Class<?>[] {ReplicatedLog.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("decided")) {
                            order.add("counted");
                        }
                        return method.invoke(opened.feed(), arguments);
                    });
            OpenedStore.Origins origins = (from, visitor) -> {
                order.add("state");
                opened.origins().forEach(from, visitor);
            };
            return new OpenedStore(opened.store(), opened.id(), origins, feed, opened.copy());
        });
        awaitInSync(a);
        a.close();
        order.clear();

        assertThatCode(() -> b.promote(false)).doesNotThrowAnyException();

        assertThat(order).startsWith("opened", "counted", "state");
    }

    @Test
    void aMasterWhoseFolderWasDeletedComesBackAsTheSlaveOfThePromotedOne() throws Exception {
        send(a, "kept");
        int port = a.address().getPort();
        a.close();
        b.promote(false);

        BrokerProperties empty = master("a-new");
        empty.setListenPort(port);
        a = Broker.start(empty.toSettings());

        assertThat(a.role().role()).isEqualTo(BrokerRole.SLAVE);
        awaitInSync(b);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(a)).containsExactly("kept"));
    }

    /** Nothing has been written to the promoted one, so nothing is lost if the old one goes on. */
    @Test
    void aMasterThatComesBackWithMoreThanThePromotedOneStaysTheMaster() throws Exception {
        a.close();
        b.close();
        BrokerProperties fast = properties("fast-a");
        fast.setBrokerRole(BrokerRole.ASYNC_MASTER);
        a = Broker.start(fast.toSettings());
        BrokerProperties slave = slave("fast-b");
        b = Broker.start(slave.toSettings());
        send(a, "on both");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(b)).containsExactly("on both"));
        b.close();
        send(a, "on one");
        a.close();
        b = Broker.start(slave.toSettings());
        b.promote(false);

        a = Broker.start(fast.toSettings());

        assertThat(a.role().role()).isEqualTo(BrokerRole.ASYNC_MASTER);
        await().atMost(PATIENCE).until(() -> b.role().role() == BrokerRole.SLAVE);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(b)).containsExactly("on both", "on one"));
        assertThat(stored(a)).containsExactly("on both", "on one");
    }

    @Test
    void aForcedPromotionMakesTheLivingMasterItsSlave() throws Exception {
        send(a, "one");

        b.promote(true);

        await().atMost(PATIENCE).until(() -> a.role().role() == BrokerRole.SLAVE);
        awaitInSync(b);
        assertThat(send(b, "two")).isEqualTo(ResponseCode.SUCCESS);
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(a)).containsExactly("one", "two"));
    }

    @Test
    void twoStrangersOfOneNameStayMastersAndSaySo() throws Exception {
        send(a, "of a");
        BrokerProperties other = properties("stranger");
        other.getNameServer().setEnabled(true);
        other.getNameServer().setPort(0);
        other.setNameServers(List.of());
        Broker stranger = Broker.start(other.toSettings());
        wire.send(stranger.address(), "orders", 0, "of another", Map.of());
        stranger.close();

        other.getNameServer().setEnabled(false);
        other.setNameServers(List.of(Addresses.text(nameServer.address())));
        try (Broker again = Broker.start(other.toSettings())) {
            assertThat(again.role().role()).isEqualTo(BrokerRole.ASYNC_MASTER);
            await().atMost(PATIENCE)
                    .untilAsserted(() -> assertThat(again.health().findings())
                            .extracting(Health.Finding::what)
                            .anySatisfy(what -> assertThat(what).contains("its messages are others")));
            assertThat(stored(again)).containsExactly("of another");
        }
        assertThat(a.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
    }

    @Test
    void operatorsSwitchOverHttp() throws Exception {
        send(a, "one");

        HttpResponse<String> looked = http("GET", a, "/switch", Map.of());
        HttpResponse<String> fromAPage = http("POST", a, "/switch", Map.of("Origin", "http://somewhere"));
        HttpResponse<String> wrong = http("POST", b, "/switch", Map.of());
        HttpResponse<String> done = http("POST", a, "/switch", Map.of());

        assertThat(looked.statusCode()).isEqualTo(405);
        assertThat(fromAPage.statusCode()).isEqualTo(403);
        assertThat(wrong.statusCode()).isEqualTo(409);
        assertThat(wrong.body()).contains("is a slave").contains(Addresses.text(a.address()));
        assertThat(done.statusCode()).isEqualTo(200);
        assertThat(done.body())
                .isEqualTo("{\"role\":\"SLAVE\",\"brokerId\":1,\"master\":\"" + Addresses.text(b.address()) + "\"}");
        // The new master opens while the old one answers.
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(
                                http("GET", b, "/metrics", Map.of()).body().lines())
                        .contains("reliable_mq_broker_role{role=\"SYNC_MASTER\"} 1", "reliable_mq_broker_epoch 2"));
    }

    @Test
    void operatorsSeeHowFarTheSlaveIs() throws Exception {
        send(a, "one");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(a.figures().read())
                        .filteredOn(figure -> figure.name().startsWith("reliable.mq.broker.slave."))
                        .extracting(figure -> figure.name() + figure.tags() + figure.value())
                        .containsExactlyInAnyOrder(
                                "reliable.mq.broker.slave.lag.size{slave=1}0.0",
                                "reliable.mq.broker.slave.lag{slave=1}0.0",
                                "reliable.mq.broker.slave.insync{slave=1}1.0"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(http("GET", a, "/health", Map.of()).body())
                                .isEqualTo("{\"status\":\"UP\",\"findings\":[],\"role\":\"SYNC_MASTER\",\"epoch\":1,"
                                        + "\"inSync\":2,\"slaves\":"
                                        + "{\"1\":{\"inSync\":true,\"lagBytes\":0,\"lagMillis\":0}}}"));
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(http("GET", b, "/health", Map.of()).body())
                                .isEqualTo("{\"status\":\"UP\",\"findings\":[],\"role\":\"SLAVE\",\"epoch\":1,"
                                        + "\"following\":true,\"masterLagBytes\":0}"));
    }

    private HttpResponse<String> http(String method, Broker broker, String path, Map<String, String> headers)
            throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + broker.managementAddress().getPort() + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(PATIENCE);
        headers.forEach(request::header);
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void theMasterServesAgainWhereTheSlaveCannotKeepItsNewRole() throws Exception {
        send(a, "one");
        Files.createDirectories(folder.resolve("b/state/role.json.tmp/in the way"));

        assertThatThrownBy(a::switchOver)
                .isInstanceOf(RoleChangeException.class)
                .hasMessageContaining("is the master as before");

        assertThat(a.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(b.role().role()).isEqualTo(BrokerRole.SLAVE);
        // At once: requests have waited until the slave follows again.
        assertThat(send(a, "two")).isEqualTo(ResponseCode.SUCCESS);
        assertThat(stored(a)).containsExactly("one", "two");
    }

    @Test
    void oneOfThemIsTheMasterWhereTheSlaveStopsWhileItTakesOver() throws Exception {
        send(a, "one");
        CompletableFuture<Void> closing = CompletableFuture.runAsync(b::close);
        try {
            a.switchOver();
        } catch (RoleChangeException e) {
            System.out.println("The switch was refused: " + e.getMessage());
        }
        closing.join();

        b = Broker.start(slave("b").toSettings());
        // Nobody is, until it is known whether the slave took over before it stopped.
        await("one of them is the master")
                .atMost(PATIENCE)
                .until(() -> a.role().isMaster() != b.role().isMaster());
        Broker master = a.role().isMaster() ? a : b;
        awaitInSync(master);
        assertThat(send(master, "two")).isEqualTo(ResponseCode.SUCCESS);
        assertThat(stored(master)).containsExactly("one", "two");
    }

    @Test
    void aPromotedSlaveMakesTheTopicsThatHadNotReachedIt() throws Exception {
        send(a, "one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(b)).containsExactly("one"));
        a.close();
        b.close();
        Files.delete(folder.resolve("b/state/topics.json"));
        Files.writeString(folder.resolve("b/state/followed.json"), "{\"topics\":0}");
        b = Broker.start(slave("b").toSettings());

        b.promote(false);

        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(b)).containsExactly("one"));
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(folder.resolve("b/state/followed.json")).doesNotExist());
    }

    @Test
    void aPullThatIsAheadOfTheSlaveWaitsForIt() throws Exception {
        send(a, "one");
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(stored(b)).containsExactly("one"));

        CompletableFuture<Command> pull = wire.pull(b.address(), "g", "orders", 0, 2, Duration.ofSeconds(20), "*");
        send(a, "two");
        send(a, "three");

        Command answer = pull.get(20, TimeUnit.SECONDS);
        assertThat(answer.code()).isEqualTo(ResponseCode.SUCCESS);
        assertThat(answer.fields()).containsEntry("nextBeginOffset", "3");
    }
}
