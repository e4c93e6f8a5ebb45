package io.reliablemq.broker.accounting;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.GroupsOnAStore;
import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.SimulatedDisk;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Random;
import java.util.TreeSet;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * A group whose consumer fails now and then and lives through crashes of its broker. It gives messages back twice where the
 * answer was lost, and the broker's files are as old as they may be. The accounts add up after each settlement.
 */
class AccountsProperties {

    private static final String GROUP = "g";
    private static final QueueKey ORDERS = new QueueKey("orders", 0);
    private static final QueueKey RETRIES = new QueueKey("%RETRY%" + GROUP, 0);
    private static final int MAX_RECONSUME_TIMES = 2;
    private static final int STEPS = 150;

    private final ManualClock clock = new ManualClock();
    private final MemoryStore store = new MemoryStore(clock);
    private final SimulatedDisk disk = new SimulatedDisk();
    private final Map<QueueKey, Consumed> consumed = new HashMap<>();
    private Random random = new Random();
    private GroupsOnAStore groups;

    /** What the consumer holds of a queue. */
    private static final class Consumed {
        private final NavigableSet<Long> finished = new TreeSet<>();
        private long committed;

        /** The offset of the next message that is not finished. */
        private long next() {
            long next = committed;
            while (finished.contains(next)) {
                next++;
            }
            return next;
        }
    }

    @Property(tries = 400, edgeCases = EdgeCasesMode.NONE)
    void addUpThroughCrashes(@ForAll long seed) throws Exception {
        random = new Random(seed);
        open();
        groups.subscribe(GROUP, ORDERS.topic());
        groups.offsets.persist();
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        drain();
        GroupAccount account = groups.account(GROUP);
        assertThat(account.acknowledged() + account.dead()).isEqualTo(account.appended() + account.duplicated());
        assertThat(account.appended()).isEqualTo(store.maxOffset(ORDERS));
        groups.close();
    }

    private void open() throws Exception {
        groups = new GroupsOnAStore(
                store,
                disk,
                clock,
                (from, into) -> into.addAll(store.origins.subList((int) from, store.origins.size())));
    }

    private void step() throws Exception {
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> groups.send(ORDERS, "m" + store.maxOffset(ORDERS));
            case 3, 4, 5 -> consume(ORDERS, random.nextInt(6));
            case 6, 7 -> consume(RETRIES, random.nextInt(6));
            case 8 -> commit(random.nextBoolean() ? ORDERS : RETRIES);
            case 9 -> {
                clock.pass(Duration.ofMillis(random.nextInt(4_000)));
                groups.deliverDue();
            }
            case 10 -> keepHouse(random.nextInt(5));
            default -> crash();
        }
    }

    /** Handles one of the messages that are not finished. */
    private void consume(QueueKey queue, int luck) throws Exception {
        Consumed state = consumed.computeIfAbsent(queue, key -> new Consumed());
        long offset = state.next() + random.nextInt(3);
        if (offset >= store.maxOffset(queue) || state.finished.contains(offset)) {
            return;
        }
        if (luck < 4) {
            groups.givenBack(GROUP, groups.read(queue, offset), MAX_RECONSUME_TIMES);
        }
        if (luck > 0) {
            // Otherwise the answer was lost, and the consumer gives it back once more.
            state.finished.add(offset);
        }
    }

    private void commit(QueueKey queue) {
        Consumed state = consumed.computeIfAbsent(queue, key -> new Consumed());
        groups.offsets.commit(GROUP, queue, state.next());
    }

    /** What the broker does every second, or only the first of it. */
    private void keepHouse(int parts) throws Exception {
        if (parts > 0) {
            groups.offsets.persist();
        }
        if (parts > 1) {
            groups.cursors.persist();
        }
        if (parts > 2) {
            assertThat(groups.accounts.settle()).isTrue();
            assertThat(groups.accounts.accounts().get(GROUP).unaccounted())
                    .as(groups.accounts.accounts().toString())
                    .isZero();
        }
        if (parts > 3) {
            groups.accounts.persist();
        }
    }

    /** The consumer keeps what it holds, or is a new one that goes on from the stored offsets. */
    private void crash() throws Exception {
        groups.close();
        open();
        if (random.nextBoolean()) {
            for (Map.Entry<QueueKey, Consumed> each : consumed.entrySet()) {
                Long stored = groups.offsets.findStored(GROUP, each.getKey());
                each.getValue().committed = stored == null ? 0 : stored;
                each.getValue().finished.tailSet(each.getValue().committed).clear();
            }
        }
    }

    private void drain() throws Exception {
        for (int round = 0; round <= MAX_RECONSUME_TIMES; round++) {
            clock.pass(Duration.ofSeconds(10));
            groups.deliverDue();
            groups.offsets.commit(GROUP, ORDERS, store.maxOffset(ORDERS));
            groups.offsets.commit(GROUP, RETRIES, store.maxOffset(RETRIES));
        }
        keepHouse(4);
    }
}
