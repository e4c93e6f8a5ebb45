package io.reliablemq.client.route;

import io.reliablemq.protocol.route.TopicRoute;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What is known of one topic. Written on the thread {@code rmq-client}. */
final class KnownTopic {

    final String name;
    volatile @Nullable TopicRoute route;
    /** The route for those who send; the same object as long as it is the same route. */
    volatile @Nullable CompletableFuture<PublishRoute> published;
    /** Whether the name servers have said that there is no such topic. */
    volatile boolean unknown;

    volatile boolean awaited;
    /** Whether it was reported that nobody has the topic. */
    boolean missed;

    /** The name server that tells when the route changes. */
    volatile @Nullable String watchedAt;

    boolean willAskAnew;
    final SharedQuestion<Optional<TopicRoute>> question = new SharedQuestion<>();

    private boolean shrunk;
    private long shrunkAt;

    KnownTopic(String name) {
        this.name = name;
    }

    /** On the thread {@code rmq-client}. */
    void replace(TopicRoute newRoute, long now) {
        TopicRoute old = route;
        shrunk = old != null && newRoute.brokers().size() < old.brokers().size();
        shrunkAt = now;
        route = newRoute;
        published = CompletableFuture.completedFuture(new PublishRoute(newRoute, false));
    }

    /** On the thread {@code rmq-client}. */
    boolean isExpectedToGrow(long now) {
        return shrunk && now - shrunkAt < RouteTable.EXPECTED_BACK.toNanos();
    }
}
