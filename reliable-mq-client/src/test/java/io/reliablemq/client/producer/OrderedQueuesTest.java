package io.reliablemq.client.producer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.producer.OrderedQueues.Queue;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.client.testing.Routes;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.route.Permission;
import io.reliablemq.protocol.route.QueueAccess;
import io.reliablemq.protocol.route.TopicRoute;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OrderedQueuesTest {

    private static final int KEYS = 2_000;
    private static final TopicRoute BOTH = Routes.route(4, Map.of("a", "a:1", "b", "b:1"));
    private static final TopicRoute ONLY_A = Routes.route(4, Map.of("a", "a:1"));

    private final OrderedQueues queues = new OrderedQueues();

    private static Map<String, Queue> all(OrderedQueues queues, TopicRoute route) {
        Map<String, Queue> byKey = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            byKey.put("key-" + i, queues.of("T", "key-" + i, new PublishRoute(route, false), 4));
        }
        return byKey;
    }

    @Test
    void spreadsKeysEvenlyAndEveryProducerAgrees() {
        Map<String, Queue> byKey = all(queues, BOTH);

        Map<Queue, Long> sizes =
                byKey.values().stream().collect(Collectors.groupingBy(queue -> queue, Collectors.counting()));
        assertThat(sizes).hasSize(8);
        assertThat(sizes.values()).allSatisfy(size -> assertThat(size).isBetween(200L, 300L));
        assertThat(all(new OrderedQueues(), BOTH)).isEqualTo(byKey);
    }

    @Test
    void aBrokerThatIsAwayKeepsItsQueues() {
        Map<String, Queue> byKey = all(queues, BOTH);

        assertThat(all(queues, ONLY_A)).isEqualTo(byKey);
        TopicRoute slaveOfB = new TopicRoute(
                List.of(
                        new BrokerAddresses("c", "a", Map.of(0L, "a:1")),
                        new BrokerAddresses("c", "b", Map.of(1L, "b:2"))),
                BOTH.queues());
        assertThat(all(new OrderedQueues(), slaveOfB))
                .as("a producer that never saw the master")
                .isEqualTo(byKey);
    }

    @Test
    void onlyKeysOfNewQueuesMove() {
        Map<String, Queue> before = all(queues, ONLY_A);
        Map<String, Queue> after = all(queues, BOTH);

        List<String> moved = before.keySet().stream()
                .filter(key -> !before.get(key).equals(after.get(key)))
                .toList();
        assertThat(moved.size()).isBetween(KEYS * 4 / 10, KEYS * 6 / 10);
        assertThat(moved)
                .allSatisfy(key -> assertThat(after.get(key).brokerName()).isEqualTo("b"));
    }

    @Test
    void aBrokerThatIsThereHasWhatItSays() {
        all(queues, BOTH);
        TopicRoute fewer = new TopicRoute(
                BOTH.brokers(),
                List.of(
                        new QueueAccess("a", 2, 2, Permission.READ_WRITE, 0),
                        new QueueAccess("b", 4, 4, Permission.READ, 0)));

        assertThat(all(queues, fewer).values()).containsOnly(new Queue("a", 0), new Queue("a", 1));
    }

    @Test
    void aTopicThatIsStillToBeMadeHasItsFutureQueues() {
        PublishRoute inherited = new PublishRoute(Routes.route(8, Map.of("a", "a:1")), true);

        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> queues.of("T", "key-" + i, inherited, 4).queueId())
                        .collect(Collectors.toSet()))
                .containsExactlyInAnyOrder(0, 1, 2, 3);
        assertThat(queues.of("none", "key", new PublishRoute(TopicRoute.EMPTY, false), 4))
                .isNull();
    }

    /** The broker that gets the first message makes the topic; the others never hear of it. */
    @Test
    void keysStayWhereTheyAreWhenTheirTopicWasMadeBySending() {
        TopicRoute threeBrokers = Routes.route(8, Map.of("a", "a:1", "b", "b:1", "c", "c:1"));
        Map<String, Queue> before = new HashMap<>();
        for (int i = 0; i < KEYS; i++) {
            before.put("key-" + i, queues.of("T", "key-" + i, new PublishRoute(threeBrokers, true), 4));
        }

        Set<String> brokers = before.values().stream().map(Queue::brokerName).collect(Collectors.toSet());
        assertThat(brokers).hasSize(1);
        String maker = brokers.iterator().next();
        assertThat(all(queues, Routes.route(4, Map.of(maker, maker + ":1")))).isEqualTo(before);
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> queues.of("T" + i, "key", new PublishRoute(threeBrokers, true), 4)
                                .brokerName())
                        .collect(Collectors.toSet()))
                .as("other topics are made by other brokers")
                .containsExactlyInAnyOrder("a", "b", "c");
    }

    @Test
    void aTopicIsMadeByABrokerThatIsThere() {
        TopicRoute onlyBHasAMaster = new TopicRoute(
                List.of(
                        new BrokerAddresses("c", "a", Map.of(1L, "a:2")),
                        new BrokerAddresses("c", "b", Map.of(0L, "b:1"))),
                BOTH.queues());

        assertThat(IntStream.range(0, 20)
                        .mapToObj(i -> queues.of("T" + i, "key", new PublishRoute(onlyBHasAMaster, true), 4)
                                .brokerName()))
                .containsOnly("b");
    }
}
