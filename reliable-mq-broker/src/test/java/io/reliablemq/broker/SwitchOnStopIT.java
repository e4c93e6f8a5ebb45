package io.reliablemq.broker;

import static io.reliablemq.broker.BrokersOfOneName.PATIENCE;
import static io.reliablemq.broker.BrokersOfOneName.awaitInSync;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.reliablemq.broker.role.BrokerRole;
import io.reliablemq.protocol.command.ResponseCode;
import io.reliablemq.protocol.runtime.Clock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A master that is stopped hands its role over first, where the setting says so. */
class SwitchOnStopIT {

    /** Less than what any of the steps of a switch may take. */
    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path folder;

    private final List<String> acknowledged = new CopyOnWriteArrayList<>();
    private final List<String> failed = new CopyOnWriteArrayList<>();
    private final AtomicBoolean enough = new AtomicBoolean();
    private BrokersOfOneName brokers;

    @BeforeEach
    void prepare() throws Exception {
        brokers = new BrokersOfOneName(folder);
    }

    @AfterEach
    void stop() {
        brokers.close();
    }

    private BrokerProperties master(BrokerRole role) {
        BrokerProperties properties = brokers.master("a", role);
        properties.setSwitchOnStop(true);
        return properties;
    }

    @Test
    void sendsGoOnAtTheSlaveOfAPair() {
        BrokerProperties ofA = master(BrokerRole.ASYNC_MASTER);
        Broker a = brokers.start(ofA);
        Broker b = brokers.start(brokers.slave("b", 1));
        awaitInSync(a, 2);

        stopUnderLoad(a, List.of(a, b));

        assertThat(b.role().role()).isEqualTo(BrokerRole.ASYNC_MASTER);
        assertThat(failed).isEmpty();
        assertThat(brokers.stored(b)).containsAll(acknowledged);
        Broker again = brokers.start(ofA);
        assertThat(again.role().role()).isEqualTo(BrokerRole.SLAVE);
        awaitInSync(b, 2);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(brokers.stored(again)).isEqualTo(brokers.stored(b)));
    }

    @Test
    void sendsGoOnSafelyWhereTwoOfThreeAreLeft() {
        Broker a = brokers.start(master(BrokerRole.SYNC_MASTER));
        Broker b = brokers.start(brokers.slave("b", 1));
        Broker c = brokers.start(brokers.slave("c", 2));
        awaitInSync(a, 3);

        stopUnderLoad(a, List.of(a, b, c));

        assertThat(b.role().isMaster()).isNotEqualTo(c.role().isMaster());
        assertThat(failed).isEmpty();
        assertThat(brokers.stored(b.role().isMaster() ? b : c)).containsAll(acknowledged);
    }

    /** The old master is the slave that is waited for, and goes when it is not needed any more. */
    @Test
    void ofAPairWhatWasSentBeforeIsSafeOnBothAndTheOneThatIsLeftWaitsForNobody() {
        BrokerProperties ofA = master(BrokerRole.SYNC_MASTER);
        BrokerProperties ofB = brokers.slave("b", 1);
        List.of(ofA, ofB).forEach(properties -> properties.setSyncSlaveTimeout(PATIENCE));
        Broker a = brokers.start(ofA);
        Broker b = brokers.start(ofB);
        awaitInSync(a, 2);
        List<Integer> answers = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> sendUntilClosed(a, answers));
        await().atMost(PATIENCE).until(() -> answers.size() > 50);

        a.close();

        assertThat(CompletableFuture.supplyAsync(() -> brokers.send(b, "alone")))
                .succeedsWithin(SOON)
                .isEqualTo(ResponseCode.SLAVE_NOT_AVAILABLE);
        sending.join();
        assertThat(answers).containsOnly(ResponseCode.SUCCESS);
    }

    private void sendUntilClosed(Broker broker, List<Integer> answers) {
        try {
            while (true) {
                answers.add(brokers.send(broker, "x"));
            }
        } catch (CompletionException e) {
            // Closed at last: nobody listens there any more.
            return;
        }
    }

    private void stopUnderLoad(Broker stopped, List<Broker> all) {
        CompletableFuture<Void> sending = CompletableFuture.runAsync(() -> {
            for (int i = 0; !enough.get(); i++) {
                sendWithRetries("m" + i, all);
            }
        });
        await().atMost(PATIENCE).until(() -> acknowledged.size() > 50);

        stopped.close();

        int before = acknowledged.size();
        await().atMost(PATIENCE).until(() -> acknowledged.size() > before + 50 || !failed.isEmpty());
        enough.set(true);
        sending.join();
    }

    /** As a client does that knows all brokers of the name. */
    private void sendWithRetries(String text, List<Broker> all) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        for (int i = 0; System.nanoTime() - deadline < 0; i++) {
            if (isTaken(all.get(i % all.size()), text)) {
                acknowledged.add(text);
                return;
            }
        }
        failed.add(text);
    }

    private boolean isTaken(Broker broker, String text) {
        try {
            return brokers.wire
                    .send(broker.address(), "orders", 0, text, Map.of())
                    .isSuccess();
        } catch (CompletionException e) {
            // It is stopped; the next one is tried.
            return false;
        }
    }

    @Test
    void withoutASlaveItStopsAtOnceAndIsTheMasterAgain() {
        BrokerProperties ofA = master(BrokerRole.SYNC_MASTER);
        Broker a = brokers.start(ofA);

        assertStopsSoon(a);

        assertThat(brokers.start(ofA).role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
    }

    @Test
    void whereTheSlaveRefusesItStopsAndIsTheMasterAgain() throws Exception {
        BrokerProperties ofA = master(BrokerRole.SYNC_MASTER);
        Broker a = brokers.start(ofA);
        Broker b = brokers.start(brokers.slave("b", 1));
        awaitInSync(a, 2);
        Files.createDirectories(folder.resolve("b/state/role.json.tmp/in the way"));

        assertStopsSoon(a);

        Broker again = brokers.start(ofA);
        assertThat(again.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(b.role().role()).isEqualTo(BrokerRole.SLAVE);
        awaitInSync(again, 2);
    }

    /** The old master cannot know whether it is one; it has to remember whom to ask. */
    @Test
    void whereTheSlaveDiesBeforeItTakesOverTheOldMasterIsOneAgainWhenBothAreBack() {
        BrokerProperties ofA = master(BrokerRole.SYNC_MASTER);
        BrokerProperties ofB = brokers.slave("b", 1);
        CompletableFuture<Void> dead = new CompletableFuture<>();
        Broker a = brokers.start(ofA);
        Broker b = brokers.start(ofB, new BrokerEnvironment(new FrozenBeforeItTakesOver(dead), handlers -> handlers));
        awaitInSync(a, 2);
        assertThat(brokers.send(a, "before")).isEqualTo(ResponseCode.SUCCESS);

        a.close();
        dead.completeExceptionally(new IllegalStateException("This process is dead"));
        b.close();

        brokers.start(ofB);
        Broker again = brokers.start(ofA);
        await().atMost(PATIENCE).until(() -> again.role().isMaster());
        awaitInSync(again, 2);
        assertThat(brokers.send(again, "after")).isEqualTo(ResponseCode.SUCCESS);
        assertThat(brokers.stored(again)).containsExactly("before", "after");
    }

    /** Stops the thread that is about to accept the role, after all that was prepared. */
    private record FrozenBeforeItTakesOver(CompletableFuture<Void> dead) implements Clock {

        @Override
        public long wallMs() {
            return SYSTEM.wallMs();
        }

        @Override
        public long nanos() {
            boolean takesOver = Thread.currentThread().getName().startsWith("rmq-role")
                    && StackWalker.getInstance()
                            .walk(frames -> frames.anyMatch(
                                    frame -> frame.getClassName().equals(TakeOver.class.getName())
                                            && frame.getMethodName().contains("takeOver")));
            if (takesOver) {
                dead.join();
            }
            return SYSTEM.nanos();
        }
    }

    @Test
    void aSlaveWithTheSettingJustStops() {
        Broker a = brokers.start(master(BrokerRole.SYNC_MASTER));
        BrokerProperties ofB = brokers.slave("b", 1);
        ofB.setSwitchOnStop(true);
        Broker b = brokers.start(ofB);
        awaitInSync(a, 2);

        assertStopsSoon(b);

        assertThat(a.role().role()).isEqualTo(BrokerRole.SYNC_MASTER);
        assertThat(brokers.start(ofB).role().role()).isEqualTo(BrokerRole.SLAVE);
        awaitInSync(a, 2);
    }

    private static void assertStopsSoon(Broker broker) {
        assertThat(CompletableFuture.runAsync(broker::close)).succeedsWithin(SOON);
    }
}
