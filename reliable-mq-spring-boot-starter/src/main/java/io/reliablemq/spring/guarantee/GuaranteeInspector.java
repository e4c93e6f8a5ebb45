package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Collects the facts and has them judged. Thread-safe. Keeps the last report.
 */
public final class GuaranteeInspector {

    private final ApplicationFacts application;
    private final BrokerFactsCollector brokers;
    private final Set<Risk> accepted;
    private final Clock clock;
    private volatile @Nullable GuaranteeReport last;

    /** @param accepted risks that are shown as accepted */
    public GuaranteeInspector(
            ApplicationFacts application, BrokerFactsCollector brokers, Collection<Risk> accepted, Clock clock) {
        this.application = application;
        this.brokers = brokers;
        this.accepted = Set.copyOf(accepted);
        this.clock = clock;
    }

    /**
     * Asks all brokers, each at the same time, and takes the application's facts as they are now. Does not fail for what brokers
     * do: what is not told is unknown.
     */
    public CompletableFuture<GuaranteeReport> inspect() {
        return collect().whenComplete((report, error) -> {
            if (error == null) {
                last = report;
            }
        });
    }

    /** The report that was made last; null before the first. */
    public @Nullable GuaranteeReport last() {
        return last;
    }

    private CompletableFuture<GuaranteeReport> collect() {
        try {
            // On the caller's thread: looking beans up is nothing for a network thread.
            List<ProducerFacts> producers = application.producers();
            List<GroupFacts> groups = application.groups();
            return brokers.nodes()
                    .handle((nodes, error) -> error == null
                            ? facts(nodes, producers, groups)
                            : CompletableFuture.completedFuture(
                                    new Facts(producers, List.of(), BrokerFactsCollector.problem(error), groups)))
                    .thenCompose(facts -> facts)
                    .thenApply(facts -> Assessment.of(facts, clock.instant()).accepting(accepted));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Facts> facts(
            List<BrokerNode> nodes, List<ProducerFacts> producers, List<GroupFacts> groups) {
        return brokers.collect(nodes)
                .thenCompose(found -> brokers.groups(nodes, found, groups)
                        .thenApply(asked -> new Facts(producers, found, null, asked)));
    }
}
