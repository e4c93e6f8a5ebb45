package io.reliablemq.client.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class QueueSharesTest {

    private static List<Queue> queues(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Queue("T", "broker-" + i % 3, i / 3))
                .toList();
    }

    private static List<String> members(int count) {
        return IntStream.range(0, count).mapToObj(i -> "10.0.0.1@m" + i).toList();
    }

    @Test
    void givesEveryQueueToExactlyOneMemberAndSharesEvenly() {
        for (int queues = 0; queues <= 30; queues++) {
            for (int members = 1; members <= 35; members++) {
                List<Queue> given = new ArrayList<>();
                for (String member : members(members)) {
                    List<Queue> share = shares(queues(queues), members(members), member);
                    assertThat(share.size()).isBetween(queues / members, (queues + members - 1) / members);
                    given.addAll(share);
                }
                assertThat(given)
                        .as("%d queues, %d members", queues, members)
                        .containsExactlyInAnyOrderElementsOf(queues(queues));
            }
        }
    }

    @Test
    void doesNotDependOnTheOrderInWhichBrokersNameMembersAndQueues() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Queue> queues = new ArrayList<>(queues(11));
        List<String> members = new ArrayList<>(members(12));
        for (int round = 0; round < 50; round++) {
            Collections.shuffle(queues, random);
            Collections.shuffle(members, random);
            for (String member : members) {
                assertThat(shares(queues, members, member))
                        .as("seed %d", seed)
                        .isEqualTo(shares(queues(11), members(12), member));
            }
        }
    }

    /** The numbers that the protocol's own clients come to. */
    @Test
    void sharesAsOfficialClientsDo() {
        List<Queue> eight =
                IntStream.range(0, 8).mapToObj(i -> new Queue("T", "b", i)).toList();

        assertThat(ids(eight, 3, 0)).containsExactly(0, 1, 2);
        assertThat(ids(eight, 3, 1)).containsExactly(3, 4, 5);
        assertThat(ids(eight, 3, 2)).containsExactly(6, 7);
        assertThat(ids(eight.subList(0, 2), 4, 1)).containsExactly(1);
        assertThat(ids(eight.subList(0, 2), 4, 2)).isEmpty();
        // Names are compared as text: m10 comes before m2.
        assertThat(ids(eight.subList(0, 2), 11, 10)).containsExactly();
        assertThat(ids(eight, 11, 2)).containsExactly(3);
    }

    private static List<Integer> ids(List<Queue> queues, int members, int member) {
        return shares(queues, members(members), "10.0.0.1@m" + member).stream()
                .map(Queue::queueId)
                .toList();
    }

    private static List<Queue> shares(List<Queue> queues, List<String> members, String self) {
        List<Queue> ordered = queues.stream()
                .sorted(Comparator.comparing(Queue::brokerName).thenComparingInt(Queue::queueId))
                .toList();
        return AllocationStrategy.averagely()
                .queuesOf(self, ordered, members.stream().sorted().toList());
    }
}
