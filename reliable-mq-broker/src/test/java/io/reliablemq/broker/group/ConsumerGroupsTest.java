package io.reliablemq.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.ManualClock;
import io.reliablemq.broker.MemoryStore;
import io.reliablemq.broker.TestConnection;
import io.reliablemq.broker.store.file.AtomicFile;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.body.Heartbeat;
import io.reliablemq.protocol.body.Heartbeat.ConsumerEntry;
import io.reliablemq.protocol.body.Heartbeat.SubscriptionEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ConsumerGroupsTest {

    private final List<Integer> notices = new ArrayList<>();
    private final ManualClock clock = new ManualClock();
    private final ConsumerGroups groups = new ConsumerGroups((group, members) -> notices.add(members.size()));
    private CommittedOffsets offsets;
    private ClientSessions sessions;

    @BeforeEach
    void load() throws IOException {
        AtomicFile file = new AtomicFile(new SimulatedDisk(), Path.of("/state/offsets.json"));
        offsets = CommittedOffsets.load(file, new MemoryStore(clock));
        sessions = new ClientSessions(groups, clock);
        sessions.tell(offsets::subscribed);
    }

    private List<String> heartbeat(TestConnection connection, String clientId, long version, String... tags) {
        return sessions.heartbeat(
                connection, 513, new Heartbeat(clientId, List.of(), List.of(consumer("CLUSTERING", version, tags))));
    }

    private static ConsumerEntry consumer(String model, long version, String... tags) {
        SubscriptionEntry own = new SubscriptionEntry("t", "any", Set.of(tags), Set.of(), version, "TAG", false);
        // Every client adds its retry topic, with a version of its own.
        SubscriptionEntry retry = new SubscriptionEntry("%RETRY%g", "*", Set.of(), Set.of(), version, "TAG", false);
        return new ConsumerEntry(
                "g", "CONSUME_PASSIVELY", model, "CONSUME_FROM_LAST_OFFSET", List.of(own, retry), false);
    }

    @Test
    void newVersionOfTheSameSubscriptionIsNoNews() {
        TestConnection one = new TestConnection();
        assertThat(heartbeat(one, "c1", 1, "a", "b")).isEmpty();
        assertThat(heartbeat(one, "c1", 2, "b", "a")).isEmpty();

        assertThat(notices).containsExactly(1);
        assertThat(groups.view("g").subscription("t").version()).isEqualTo(2);
    }

    @Test
    void memberAloneMayChangeItsMind() {
        TestConnection one = new TestConnection();
        heartbeat(one, "c1", 1, "a");

        assertThat(heartbeat(one, "c1", 2, "b")).isEmpty();
        assertThat(groups.view("g").subscription("t").tags()).containsExactly("b");
        assertThat(notices).containsExactly(1, 1);
    }

    @Test
    void refusesAnotherSubscriptionWhileOthersAreThere() {
        TestConnection one = new TestConnection();
        TestConnection two = new TestConnection();
        heartbeat(one, "c1", 1, "a");

        assertThat(heartbeat(two, "c2", 9, "b"))
                .singleElement()
                .asString()
                .contains("c1")
                .contains("c2");
        assertThat(groups.view("g").clientIds()).containsExactly("c1");
        assertThat(groups.view("g").subscription("t").version()).isEqualTo(1);

        one.close();
        assertThat(heartbeat(two, "c2", 9, "b")).isEmpty();
    }

    @Test
    void memberThatChangesAgainstTheOthersIsTakenOut() {
        TestConnection one = new TestConnection();
        TestConnection two = new TestConnection();
        heartbeat(one, "c1", 1, "a");
        heartbeat(two, "c2", 1, "a");

        assertThat(heartbeat(two, "c2", 2, "b")).hasSize(1);
        assertThat(groups.view("g").clientIds()).containsExactly("c1");
        assertThat(notices).containsExactly(1, 2, 1);
    }

    @Test
    void sameClientOverANewConnectionIsNoConflict() {
        heartbeat(new TestConnection(), "c1", 1, "a");

        assertThat(heartbeat(new TestConnection(), "c1", 2, "b")).isEmpty();
        assertThat(groups.view("g").clientIds()).containsExactly("c1");
    }

    @Test
    void refusesToMixBroadcastAndClustering() {
        heartbeat(new TestConnection(), "c1", 1, "a");

        assertThat(groups.join(new GroupMember("c2", new TestConnection(), 513, consumer("BROADCASTING", 1, "a"))))
                .contains("BROADCASTING");
    }

    @Test
    void memberWithoutSubscriptionIsNoConflictAndGetsNoShareOfTheQueues() {
        ConsumerEntry nothing =
                new ConsumerEntry("g", "CONSUME_ACTIVELY", "CLUSTERING", "CONSUME_FROM_TIMESTAMP", List.of(), false);
        groups.join(new GroupMember("tool", new TestConnection(), 513, nothing));
        assertThat(groups.view("g").sharingIds()).containsExactly("tool");

        assertThat(groups.join(new GroupMember("c1", new TestConnection(), 513, consumer("BROADCASTING", 1, "a"))))
                .isNull();

        assertThat(groups.view("g").sharingIds()).containsExactly("c1");
        assertThat(groups.view("g").clientIds()).containsExactlyInAnyOrder("tool", "c1");
        assertThat(groups.view("g").isBroadcasting()).isTrue();
        assertThat(groups.view("g").description().consumeFrom()).isEqualTo("CONSUME_FROM_LAST_OFFSET");
    }

    @Test
    void membersThatStartedAtDifferentTimesAgree() {
        heartbeat(new TestConnection(), "c1", 1_700_000_000_000L, "a", "b");

        assertThat(heartbeat(new TestConnection(), "c2", 1_800_000_000_000L, "a", "b"))
                .isEmpty();
        assertThat(groups.view("g").sharingIds()).containsExactly("c1", "c2");
        assertThat(groups.view("g").subscription("t").version()).isEqualTo(1_800_000_000_000L);
    }

    @Test
    void endsSessionsOfSilentClients() {
        TestConnection one = new TestConnection();
        heartbeat(one, "c1", 1, "a");
        clock.pass(Duration.ofSeconds(119));
        sessions.endSilent();
        assertThat(groups.view("g")).isNotNull();

        clock.pass(Duration.ofSeconds(1));
        sessions.endSilent();

        assertThat(groups.view("g")).isNull();
        assertThat(one.isOpen()).isFalse();
    }

    @Test
    void locksOfGroupsThatAreGoneLeaveNothingBehind() {
        QueueLocks locks = new QueueLocks(clock);
        List<QueueLocks.Queue> queues = List.of(new QueueLocks.Queue("t", "b", 0), new QueueLocks.Queue("t", "b", 1));
        for (int i = 0; i < 100; i++) {
            locks.lock("invented-" + i, "c", queues);
        }
        locks.unlock("invented-7", "c", queues);
        assertThat(locks.size()).isEqualTo(198);

        clock.pass(Duration.ofSeconds(60));
        locks.lock("g", "c", queues);

        assertThat(locks.size()).isEqualTo(2);
    }

    @Test
    void givesNoMoreLocksThanItCanKeep() {
        QueueLocks locks = new QueueLocks(clock);
        List<QueueLocks.Queue> many = IntStream.rangeClosed(0, QueueLocks.MAX_LEASES)
                .mapToObj(queueId -> new QueueLocks.Queue("t", "b", queueId))
                .toList();

        assertThat(locks.lock("g", "c1", many)).hasSize(QueueLocks.MAX_LEASES);
        assertThat(locks.lock("other", "c2", many.subList(0, 1))).isEmpty();
        // What is held stays held, and can be asked for again.
        assertThat(locks.lock("g", "c1", many.subList(0, 1))).hasSize(1);
    }

    @Test
    void locksBelongToOneClientUntilTheyAreGivenUpOrOver() {
        QueueLocks locks = new QueueLocks(clock);
        List<QueueLocks.Queue> queues = List.of(new QueueLocks.Queue("t", "b", 0));

        assertThat(locks.lock("g", "c1", queues)).isEqualTo(queues);
        assertThat(locks.lock("g", "c2", queues)).isEmpty();
        assertThat(locks.lock("other", "c2", queues)).isEqualTo(queues);
        locks.unlock("g", "c2", queues);
        assertThat(locks.lock("g", "c2", queues)).isEmpty();
        assertThat(locks.isOrderly("g")).isTrue();

        clock.pass(Duration.ofSeconds(60));
        assertThat(locks.isOrderly("g")).isFalse();
        assertThat(locks.lock("g", "c2", queues)).isEqualTo(queues);
        locks.unlock("g", "c2", queues);
        assertThat(locks.lock("g", "c1", queues)).isEqualTo(queues);
    }
}
