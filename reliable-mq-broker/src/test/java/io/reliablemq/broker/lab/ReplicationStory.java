package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.StoreSettings;
import io.reliablemq.broker.store.StoreSettings.Replication;
import io.reliablemq.broker.store.file.MachineStoppedException;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Connection;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Two machines with a master and its slave, a link that is cut, crashes on either side and on both, and roles that change. Both
 * must have a message before it is answered as stored. What was answered so, or shown to a reader, is on both from then on,
 * whatever happens; when all has come to rest, both logs are the same.
 */
final class ReplicationStory implements Story {

    private static final int ROUNDS_TO_REST = 200;

    private final Random chance;
    private final List<String> trace = new ArrayList<>();
    private final Actions actions = new Actions();
    private final LabMessages messages;
    private final LabNode[] nodes;
    private final Replication ofMaster;

    /** By their number: in which life of which node messages were sent, and whether they must be everywhere. */
    private final List<Sent> sent = new ArrayList<>();

    private final Set<Integer> promised = new HashSet<>();
    private @Nullable LabLink link;
    private boolean linkMayOpen = true;

    private static final class Sent {
        private final StoredMessage message;
        private @Nullable Status answer;

        Sent(StoredMessage message) {
            this.message = message;
        }
    }

    ReplicationStory(Random chance) {
        this.chance = chance;
        this.messages = new LabMessages(chance);
        StoreSettings settings = StoreSettings.in(Machine.DATA)
                .withSegmentBytes(4096L << chance.nextInt(3))
                .withPreallocateBytes(chance.nextInt(3) * 2048L)
                .withRetention(
                        StoreSettings.Retention.DEFAULT.withReserveBytes(0).withScrub(0, Duration.ofDays(1)))
                .withSyncFlushTimeout(Duration.ofMillis(500));
        ofMaster = Replication.inSync(2, Duration.ofMillis(300), false);
        nodes = new LabNode[] {
            new LabNode("A", chance, trace, settings),
            // A slave's own segment size does not matter.
            new LabNode("B", chance, trace, settings.withSegmentBytes(4096L << chance.nextInt(3)))
        };
        happenings();
    }

    private void happenings() {
        actions.add(30, "append", () -> append(1));
        actions.add(6, "append a batch", () -> append(1 + chance.nextInt(6)));
        actions.add(30, "a step of A", () -> nodes[0].machine().agents().step(chance));
        actions.add(30, "a step of B", () -> nodes[1].machine().agents().step(chance));
        actions.add(40, "something arrives", this::deliver);
        actions.add(8, "settle", this::settle);
        actions.add(5, "some ms pass", () -> pass(Duration.ofMillis(1 + chance.nextInt(100))));
        actions.add(3, "half a second passes", () -> pass(Duration.ofMillis(500)));
        actions.add(1, "many seconds pass", () -> pass(Duration.ofSeconds(6)));
        actions.add(3, "look", this::look);
        actions.add(2, "the link is cut", this::cut);
        actions.add(2, "the link is down for a while", () -> {
            linkMayOpen = false;
            cut();
        });
        actions.add(4, "the link is up again", () -> linkMayOpen = true);
        actions.add(3, "one stops soon", () -> pick().machine().stopSoon(20));
        actions.add(3, "one stops now", () -> restart(pick()));
        actions.add(2, "both stop now", this::restartBoth);
        actions.add(2, "one is closed and opened", () -> reopen(pick()));
        actions.add(2, "roles change", this::changeRoles);
    }

    @Override
    public List<String> trace() {
        return trace;
    }

    @Override
    public void tell(int length) throws Exception {
        nodes[0].start(true, ofMaster, this::dial);
        nodes[1].start(false, ofMaster, this::dial);
        for (int i = 0; i < length; i++) {
            act();
        }
        comeToRest();
        restartBoth();
        comeToRest();
    }

    private void act() throws Exception {
        try {
            actions.happen(chance, trace);
        } catch (MachineStoppedException e) {
            trace.add("  stopped in the middle of it");
        }
        afterwards();
    }

    private void afterwards() throws Exception {
        for (LabNode node : nodes) {
            node.machine().requireNoUnexpectedErrors();
            if (node.machine().isStopped()) {
                restart(node);
            } else if (node.wantsReopening()) {
                reopen(node);
            }
        }
    }

    private LabNode pick() {
        return nodes[chance.nextInt(2)];
    }

    private LabNode master() {
        return nodes[0].isMaster() ? nodes[0] : nodes[1];
    }

    private CompletableFuture<Connection> dial(LabNode slave) {
        LabNode other = slave == nodes[0] ? nodes[1] : nodes[0];
        if (!linkMayOpen || other.machine().isStopped() || !other.isMaster()) {
            return CompletableFuture.failedFuture(new IOException("Nobody is there"));
        }
        cut();
        LabLink opened = new LabLink(slave::handle, other::handle);
        link = opened;
        return CompletableFuture.completedFuture(opened.connection());
    }

    private void cut() {
        LabLink known = link;
        link = null;
        if (known != null) {
            known.cut();
        }
    }

    private boolean deliver() throws Exception {
        LabLink known = link;
        return known != null && known.deliver(chance);
    }

    private void pass(Duration time) {
        for (LabNode node : nodes) {
            node.machine().clock().pass(time);
        }
    }

    private void append(int count) {
        LabNode master = master();
        int life = master.life();
        int first = sent.size();
        List<StoredMessage> batch = messages.batch(first, count);
        batch.forEach(message -> sent.add(new Sent(message)));
        Set<Integer> numbers = new HashSet<>();
        for (int i = 0; i < count; i++) {
            numbers.add(first + i);
        }
        var listener = (io.reliablemq.broker.store.AppendListener) result -> {
            // What is answered after the process has ended reaches nobody.
            if (life == master.life() && !master.machine().isStopped()) {
                answered(numbers, result);
            }
        };
        if (count == 1) {
            master.store().append(batch.get(0), -1, listener);
        } else {
            master.store().appendBatch(batch, listener);
        }
    }

    private void answered(Set<Integer> numbers, AppendResult result) {
        numbers.forEach(number -> sent.get(number).answer = result.status());
        if (result.status() == Status.COMMITTED) {
            promised.addAll(numbers);
        }
    }

    /** Everybody does what there is to do; no time passes. */
    private void settle() throws Exception {
        for (int i = 0; i < 10_000; i++) {
            boolean moved = deliver();
            for (LabNode node : nodes) {
                moved |= node.machine().agents().step(chance);
            }
            if (!moved) {
                return;
            }
        }
        throw new AssertionError("They do not come to rest");
    }

    /** With the link up, both logs become the same, and every message is answered. */
    private void comeToRest() throws Exception {
        trace.add("COME TO REST");
        linkMayOpen = true;
        for (int round = 0; round < ROUNDS_TO_REST; round++) {
            try {
                settle();
            } catch (MachineStoppedException e) {
                trace.add("  stopped in the middle of it");
            }
            afterwards();
            if (isAtRest()) {
                look();
                assertThat(sentBy(nodes[1])).isEqualTo(sentBy(nodes[0]));
                return;
            }
            pass(Duration.ofMillis(100));
        }
        throw new AssertionError("The slave does not follow: " + nodes[0].state() + ", " + nodes[1].state());
    }

    private boolean isAtRest() {
        var first = nodes[0].store().positions();
        var second = nodes[1].store().positions();
        return first.written() == second.written()
                && first.committed() == first.written()
                && second.committed() == second.written();
    }

    private static List<Long> sentBy(LabNode node) throws IOException {
        return node.image().entries().stream().map(Entry::position).toList();
    }

    private void restart(LabNode node) throws Exception {
        cut();
        node.stop();
        node.start(node.isMaster(), ofMaster, this::dial);
        check(node);
    }

    private void restartBoth() throws Exception {
        cut();
        for (LabNode node : nodes) {
            node.stop();
        }
        for (LabNode node : nodes) {
            node.start(node.isMaster(), ofMaster, this::dial);
            check(node);
        }
    }

    private void reopen(LabNode node) throws Exception {
        try {
            node.close();
        } catch (MachineStoppedException e) {
            restart(node);
            return;
        }
        if (node.machine().isStopped()) {
            restart(node);
            return;
        }
        cut();
        node.start(node.isMaster(), ofMaster, this::dial);
        check(node);
    }

    /** Both must have a message before it is answered, so either may become the master at any time. */
    private void changeRoles() throws Exception {
        cut();
        boolean clean = chance.nextBoolean();
        for (LabNode node : nodes) {
            if (clean && !node.machine().isStopped()) {
                try {
                    node.close();
                } catch (MachineStoppedException e) {
                    trace.add("  stopped in the middle of it");
                }
            }
            if (!clean || node.machine().isStopped()) {
                node.stop();
            }
        }
        boolean aWasMaster = nodes[0].isMaster();
        nodes[0].start(!aWasMaster, ofMaster, this::dial);
        nodes[1].start(aWasMaster, ofMaster, this::dial);
        check(nodes[0]);
        check(nodes[1]);
    }

    private void look() throws IOException {
        for (LabNode node : nodes) {
            check(node);
        }
    }

    /** What must be there is there; what can be read is from now on to be everywhere, and the indexes agree with it. */
    private void check(LabNode node) throws IOException {
        if (node.machine().isStopped()) {
            return;
        }
        Map<Integer, Entry> found = new HashMap<>();
        for (Entry entry : node.image().entries()) {
            int number = numberOf(entry.message());
            assertThat(found.put(number, entry)).as("message %d twice", number).isNull();
            assertThat(entry.message().body())
                    .as("body of message %d", number)
                    .isEqualTo(sent.get(number).message.body());
            assertThat(sent.get(number).answer)
                    .as("answer to message %d, which is there", number)
                    .isNotIn(Status.BUSY, Status.NO_SPACE, Status.CLOSED);
        }
        assertThat(found.keySet()).as("messages on %s", node).containsAll(promised);
        LogImage committed = node.committed();
        committed.entries().forEach(entry -> promised.add(numberOf(entry.message())));
        new IndexCheck(node.store(), committed, Map.of(), chance).run();
    }

    private static int numberOf(StoredMessage message) {
        String body = new String(message.body(), StandardCharsets.ISO_8859_1);
        return Integer.parseInt(body.substring(0, body.indexOf(' ')));
    }
}
