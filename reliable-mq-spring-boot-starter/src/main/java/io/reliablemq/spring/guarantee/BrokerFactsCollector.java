package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.ClusterQueries;
import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import io.reliablemq.spring.guarantee.BrokerFacts.Software;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;

/**
 * Asks all brokers that the name servers know. Thread-safe; takes at most three of the client's request time-outs, and does not
 * fail: a broker that does not answer is one of which nothing is known.
 */
public final class BrokerFactsCollector {

    private final ClusterQueries cluster;

    public BrokerFactsCollector(ClusterQueries cluster) {
        this.cluster = cluster;
    }

    CompletableFuture<List<BrokerFacts>> collect(List<BrokerNode> nodes) {
        return all(nodes.stream().map(this::ask).toList());
    }

    /** The groups, with the brokers that drop what they give back: those of Apache RocketMQ that have no retry queue for them. */
    CompletableFuture<List<GroupFacts>> groups(
            List<BrokerNode> nodes, List<BrokerFacts> brokers, List<GroupFacts> groups) {
        Set<String> apache = brokers.stream()
                .filter(broker -> broker.software() == Software.APACHE)
                .map(BrokerFacts::address)
                .collect(Collectors.toSet());
        List<BrokerNode> masters = nodes.stream()
                .filter(node -> node.isMaster() && apache.contains(node.address()))
                .toList();
        return all(groups.stream().map(group -> discarding(group, masters)).toList());
    }

    private CompletableFuture<GroupFacts> discarding(GroupFacts group, List<BrokerNode> masters) {
        if (group.broadcasting()) {
            return CompletableFuture.completedFuture(group);
        }
        return all(masters.stream()
                        .map(master -> cluster.retryQueues(master, group.group())
                                .handle((queues, error) -> error == null && queues <= 0 ? master.name() : ""))
                        .toList())
                .thenApply(names -> group.discardedBy(
                        names.stream().filter(name -> !name.isEmpty()).collect(Collectors.toSet())));
    }

    private static <T> CompletableFuture<List<T>> all(List<CompletableFuture<T>> answers) {
        return CompletableFuture.allOf(answers.toArray(CompletableFuture[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    CompletableFuture<List<BrokerNode>> nodes() {
        return cluster.brokers();
    }

    private CompletableFuture<BrokerFacts> ask(BrokerNode node) {
        CompletableFuture<Map<String, String>> configuration = cluster.configuration(node);
        // What it counts is an addition: without it, less is known, but not nothing.
        CompletableFuture<Map<String, String>> runtime = cluster.runtime(node).exceptionally(error -> Map.of());
        return configuration
                .thenCombine(
                        runtime,
                        (settings, figures) ->
                                BrokerConfiguration.read(node.name(), node.id(), node.address(), settings, figures))
                .exceptionally(error -> BrokerFacts.unanswered(node.name(), node.id(), node.address(), problem(error)));
    }

    static String problem(Throwable error) {
        Throwable cause = error instanceof CompletionException && error.getCause() != null ? error.getCause() : error;
        String message = cause.getMessage();
        return message == null ? cause.getClass().getSimpleName() : message;
    }
}
