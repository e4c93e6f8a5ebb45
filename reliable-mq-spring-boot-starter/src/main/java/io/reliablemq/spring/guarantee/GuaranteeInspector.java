package io.reliablemq.spring.guarantee;

import io.reliablemq.client.api.ClusterQueries.BrokerNode;
import java.time.Clock;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Collects the facts and has them judged. Thread-safe. Keeps the last report, and joins those who ask while brokers are being
 * asked already.
 */
public final class GuaranteeInspector {

    private final ApplicationFacts application;
    private final BrokerFactsCollector brokers;
    private final Set<Risk> accepted;
    private final Clock clock;

    private final Object lock = new Object();

    /** Guarded by {@link #lock}. */
    private @Nullable CompletableFuture<GuaranteeReport> running;

    private volatile @Nullable GuaranteeReport last;

    /** @param accepted risks that are shown as accepted */
    public GuaranteeInspector(
            ApplicationFacts application, BrokerFactsCollector brokers, Collection<Risk> accepted, Clock clock) {
        this.application = application;
        this.brokers = brokers;
        this.accepted = Set.copyOf(accepted);
        this.clock = clock;
    }

    /** Asks all brokers, each at the same time. Does not fail for what brokers do: what is not told is unknown. */
    public CompletableFuture<GuaranteeReport> inspect() {
        CompletableFuture<GuaranteeReport> mine = new CompletableFuture<>();
        synchronized (lock) {
            if (running != null) {
                return running;
            }
            running = mine;
        }
        collect().whenComplete((report, error) -> {
            synchronized (lock) {
                running = null;
            }
            if (error == null) {
                last = report;
                mine.complete(report);
            } else {
                mine.completeExceptionally(error);
            }
        });
        return mine;
    }

    /** The report that was made last; null before the first. */
    public @Nullable GuaranteeReport last() {
        return last;
    }

    private CompletableFuture<GuaranteeReport> collect() {
        try {
            return brokers.nodes()
                    .handle((nodes, error) -> error == null
                            ? brokersOf(nodes)
                            : CompletableFuture.completedFuture(facts(List.of(), BrokerFactsCollector.problem(error))))
                    .thenCompose(facts -> facts)
                    .thenApply(facts -> Assessment.of(facts, clock.instant()).accepting(accepted));
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletableFuture<Facts> brokersOf(List<BrokerNode> nodes) {
        return brokers.collect(nodes).thenApply(found -> facts(found, null));
    }

    private Facts facts(List<BrokerFacts> found, @Nullable String nameServerProblem) {
        return new Facts(application.producers(), found, nameServerProblem, application.groups());
    }
}
