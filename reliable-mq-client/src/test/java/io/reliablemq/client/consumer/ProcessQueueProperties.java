package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.CacheLimits;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Clock;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** No committed offset ever passes an unfinished message, in whatever order messages are pulled and end. */
class ProcessQueueProperties {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    /**
     * One thing that happens.
     *
     * @param pulled how many offsets a pull covers, of which every {@code skip}-th is not wanted; 0 for an end
     * @param which of the unfinished messages ends
     */
    record Step(int pulled, int skip, int which) {}

    @Property(tries = 2_000)
    void commitsTheSmallestUnfinished(@ForAll("stories") List<Step> story) {
        CacheBudget budget = new CacheBudget(new CacheLimits(1_000, 1 << 20, 10_000, 1 << 20));
        ProcessQueue window = new ProcessQueue(new Queue("T", "b", 0), 0, budget, Clock.SYSTEM);
        TreeSet<Long> unfinished = new TreeSet<>();
        long next = 0;
        long before = 0;
        for (Step step : story) {
            if (step.pulled > 0) {
                List<StoredMessage> wanted = new ArrayList<>();
                for (long offset = next; offset < next + step.pulled; offset++) {
                    if (offset % step.skip != 0) {
                        wanted.add(message(offset));
                        unfinished.add(offset);
                    }
                }
                next += step.pulled;
                // A pull that is answered twice brings nothing new.
                assertThat(window.add(wanted, next)).hasSize(wanted.size());
                assertThat(window.add(wanted, next)).isEmpty();
            } else if (!unfinished.isEmpty()) {
                long ends = unfinished.stream()
                        .skip(step.which % unfinished.size())
                        .findFirst()
                        .orElseThrow();
                unfinished.remove(ends);
                window.finish(ends);
                window.finish(ends);
            }
            long commit = window.commitOffset();
            assertThat(commit).isEqualTo(unfinished.isEmpty() ? next : unfinished.first());
            assertThat(commit).as("it never goes back").isGreaterThanOrEqualTo(before);
            assertThat(budget.messages()).isEqualTo(unfinished.size());
            before = commit;
        }
        window.drop();
        assertThat(budget.messages()).isZero();
        assertThat(budget.bytes()).isZero();
    }

    private static StoredMessage message(long offset) {
        return new StoredMessage("T", 0, offset, offset, 0, 0, 0, HOST, 0, HOST, 0, 0, Map.of(), new byte[3]);
    }

    @Provide
    Arbitrary<List<Step>> stories() {
        Arbitrary<Step> pulls = net.jqwik.api.Combinators.combine(
                        Arbitraries.integers().between(1, 8),
                        Arbitraries.integers().between(2, 5))
                .as((count, skip) -> new Step(count, skip, 0));
        Arbitrary<Step> ends = Arbitraries.integers().between(0, 100).map(which -> new Step(0, 1, which));
        return Arbitraries.frequencyOf(net.jqwik.api.Tuple.of(1, pulls), net.jqwik.api.Tuple.of(4, ends))
                .list()
                .ofMaxSize(120);
    }
}
