package io.reliablemq.client.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.statistics.Statistics;

/** Queues shared out among members by each strategy: every queue once, and little moves when the members change. */
class QueueSharesProperties {

    private static List<Queue> queues(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new Queue("T", "broker-" + i / 8, i % 8))
                .toList();
    }

    private static List<String> members(int count, long seed) {
        Random random = new Random(seed);
        TreeSet<String> names = new TreeSet<>();
        while (names.size() < count) {
            names.add("10.0.0." + random.nextInt(256) + "@" + random.nextInt(65_536) + "#" + random.nextLong());
        }
        return List.copyOf(names);
    }

    private static Map<Queue, String> owners(AllocationStrategy strategy, List<Queue> queues, List<String> members) {
        Map<Queue, String> owners = new HashMap<>();
        for (String member : members) {
            for (Queue queue : strategy.queuesOf(member, queues, members)) {
                assertThat(owners.put(queue, member))
                        .as("a second owner of %s", queue)
                        .isNull();
            }
        }
        assertThat(owners.keySet()).as("queues with an owner").containsExactlyInAnyOrderElementsOf(queues);
        return owners;
    }

    @Property(tries = 300)
    void everyQueueHasExactlyOneOwner(
            @ForAll("strategies") AllocationStrategy strategy,
            @ForAll @IntRange(max = 64) int queues,
            @ForAll @IntRange(min = 1, max = 20) int members,
            @ForAll long seed) {
        owners(strategy, queues(queues), members(members, seed));
    }

    @Property(tries = 300)
    void sharesDifferByOneAtMost(
            @ForAll("evenStrategies") AllocationStrategy strategy,
            @ForAll @IntRange(max = 64) int queues,
            @ForAll @IntRange(min = 1, max = 20) int members,
            @ForAll long seed) {
        Map<String, Integer> sizes = new HashMap<>();
        owners(strategy, queues(queues), members(members, seed))
                .values()
                .forEach(member -> sizes.merge(member, 1, Integer::sum));
        assertThat(sizes.values())
                .allMatch(size -> size >= queues / members && size <= (queues + members - 1) / members);
    }

    /** With consistent hash nothing moves but what the one who left had, or the one who came gets. */
    @Property(tries = 300)
    void byConsistentHashOnlyTheQueuesOfWhoLeavesMove(
            @ForAll @IntRange(max = 64) int queues,
            @ForAll @IntRange(min = 2, max = 20) int members,
            @ForAll long seed) {
        List<String> before = members(members, seed);
        String leaving = before.get(new Random(seed).nextInt(members));
        List<String> after = without(before, leaving);

        Map<Queue, String> first = owners(AllocationStrategy.consistentHash(), queues(queues), before);
        Map<Queue, String> second = owners(AllocationStrategy.consistentHash(), queues(queues), after);

        first.forEach((queue, owner) -> {
            if (!owner.equals(leaving)) {
                assertThat(second.get(queue)).isEqualTo(owner);
            }
        });
    }

    /** Even shares cost some more moves than are needed, but far fewer than neighbouring runs do. */
    @Property(tries = 300)
    void stickyMovesFewQueuesThatNeedNotMove(
            @ForAll @IntRange(min = 8, max = 64) int queues,
            @ForAll @IntRange(min = 2, max = 16) int members,
            @ForAll long seed) {
        List<String> before = members(members, seed);
        String leaving = before.get(new Random(seed).nextInt(members));
        List<String> after = without(before, leaving);

        int moved = moved(AllocationStrategy.sticky(), queues, before, after, leaving);

        Statistics.label("moved without need, in tenths of the queues").collect(10 * moved / queues);
        assertThat(moved).isLessThanOrEqualTo(queues / 2 + 1);
    }

    @Property(tries = 20)
    void stickyMovesLessThanAveragelyOnTheWhole(@ForAll long seed) {
        int sticky = 0;
        int averagely = 0;
        for (int i = 0; i < 40; i++) {
            List<String> before = members(8, seed + i);
            String leaving = before.get(i % 8);
            List<String> after = without(before, leaving);
            sticky += moved(AllocationStrategy.sticky(), 32, before, after, leaving);
            averagely += moved(AllocationStrategy.averagely(), 32, before, after, leaving);
        }
        Statistics.label("sticky, in percent of averagely").collect(100 * sticky / averagely / 10 * 10);
        assertThat(sticky).isLessThan(averagely);
    }

    /** How many queues moved from a member that is still there. */
    private static int moved(
            AllocationStrategy strategy, int queues, List<String> before, List<String> after, String leaving) {
        Map<Queue, String> first = owners(strategy, queues(queues), before);
        Map<Queue, String> second = owners(strategy, queues(queues), after);
        return (int) first.entrySet().stream()
                .filter(entry -> !entry.getValue().equals(leaving))
                .filter(entry -> !entry.getValue().equals(second.get(entry.getKey())))
                .count();
    }

    private static List<String> without(List<String> members, String leaving) {
        List<String> others = new ArrayList<>(members);
        others.remove(leaving);
        return others;
    }

    @Provide
    Arbitrary<AllocationStrategy> strategies() {
        return Arbitraries.of(
                AllocationStrategy.averagely(), AllocationStrategy.consistentHash(), AllocationStrategy.sticky());
    }

    @Provide
    Arbitrary<AllocationStrategy> evenStrategies() {
        return Arbitraries.of(AllocationStrategy.averagely(), AllocationStrategy.sticky());
    }
}
