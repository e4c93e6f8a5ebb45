package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.ClusterQueries;
import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * Asks all brokers that the name servers know. Thread-safe; takes at most two of the client's request time-outs, and does not
 * fail: a broker that does not answer is one of which nothing is known.
 */
public final class BrokerFactsCollector {

    private final ClusterQueries cluster;

    public BrokerFactsCollector(ClusterQueries cluster) {
        this.cluster = cluster;
    }

    CompletableFuture<List<BrokerFacts>> collect(List<BrokerNode> nodes) {
        List<CompletableFuture<BrokerFacts>> questions =
                nodes.stream().map(this::ask).toList();
        return CompletableFuture.allOf(questions.toArray(CompletableFuture[]::new))
                .thenApply(
                        all -> questions.stream().map(CompletableFuture::join).toList());
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
