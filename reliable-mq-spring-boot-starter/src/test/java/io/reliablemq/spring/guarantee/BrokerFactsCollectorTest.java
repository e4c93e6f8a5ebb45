package io.reliablemq.spring.guarantee;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.client.api.ClusterQueries;
import io.reliablemq.client.api.ConsumeFrom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class BrokerFactsCollectorTest {

    private static final Map<String, Integer> RETRY_QUEUES = Map.of("a", 0, "b", 1);

    private final List<String> asked = new ArrayList<>();

    private final ClusterQueries cluster = new ClusterQueries() {
        @Override
        public CompletableFuture<List<BrokerNode>> brokers() {
            return CompletableFuture.completedFuture(List.of(
                    new BrokerNode("c", "a", 0, "a:1"),
                    new BrokerNode("c", "a", 1, "a:2"),
                    new BrokerNode("c", "b", 0, "b:1"),
                    new BrokerNode("c", "silent", 0, "silent:1"),
                    new BrokerNode("c", "ours", 0, "ours:1")));
        }

        @Override
        public boolean isReachable(BrokerNode broker) {
            return true;
        }

        @Override
        public CompletableFuture<Map<String, String>> configuration(BrokerNode broker) {
            return CompletableFuture.completedFuture(
                    broker.name().equals("ours")
                            ? Map.of("reliable-mq.broker.flush-disk-type", "SYNC_FLUSH")
                            : Map.of("flushDiskType", "SYNC_FLUSH"));
        }

        @Override
        public CompletableFuture<Map<String, String>> runtime(BrokerNode broker) {
            return CompletableFuture.completedFuture(Map.of());
        }

        @Override
        public CompletableFuture<Integer> retryQueues(BrokerNode broker, String group) {
            asked.add(broker.address() + " " + group);
            Integer queues = RETRY_QUEUES.get(broker.name());
            return queues == null
                    ? CompletableFuture.failedFuture(new IllegalStateException("scripted"))
                    : CompletableFuture.completedFuture(queues);
        }
    };

    private static GroupFacts group(String name, boolean broadcasting) {
        return new GroupFacts(name, Set.of("T"), broadcasting, false, ConsumeFrom.FIRST_OFFSET, 15, true, true);
    }

    @Test
    void mastersOfApacheAreAskedWhetherTheyHaveRetryQueuesForAGroup() {
        BrokerFactsCollector collector = new BrokerFactsCollector(cluster);

        List<GroupFacts> groups = collector
                .nodes()
                .thenCompose(nodes -> collector
                        .collect(nodes)
                        .thenCompose(found ->
                                collector.groups(nodes, found, List.of(group("g", false), group("all", true)))))
                .join();

        assertThat(groups).extracting(GroupFacts::discardedBy).containsExactly(Set.of("a"), Set.of());
        assertThat(asked).containsExactlyInAnyOrder("a:1 g", "b:1 g", "silent:1 g");
    }
}
