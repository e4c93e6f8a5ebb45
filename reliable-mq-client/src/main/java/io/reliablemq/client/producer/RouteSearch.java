package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.TopicMissingException;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.client.route.RouteTable;
import io.reliablemq.protocol.message.Names;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks for a route to send by until there is one, there will be none, or the time is over: an application may start beside its
 * brokers, and a name server that was started again knows no broker for a while.
 *
 * <p>A topic is given up that is missing twice running at name servers that know brokers. Anything else may change: the next look
 * is after a pause, or as soon as the route table has heard of a route.
 *
 * <p>Any thread may begin and end one; it runs on the thread {@code rmq-client}.
 */
final class RouteSearch {

    private static final Duration PAUSE = Duration.ofMillis(500);

    /** Pauses get shorter towards the end of the time, but not down to nothing. */
    private static final Duration LEAST_PAUSE = Duration.ofMillis(50);

    private final RouteTable routes;
    private final TaskLoop loop;
    private final String topic;
    private final SendBudget budget;
    private final Predicate<PublishRoute> usable;
    private final CompletableFuture<PublishRoute> found = new CompletableFuture<>();
    private final Consumer<String> onRoute = this::told;
    private volatile Throwable lastError = new TimeoutException("the name servers did not tell the route in time");

    /** The next look; null while one is under way. */
    private TaskLoop.@Nullable Timer next;

    private boolean lookAtOnce;
    private boolean missed;

    /** @param usable whether messages can be sent by a route */
    private RouteSearch(
            RouteTable routes, TaskLoop loop, String topic, SendBudget budget, Predicate<PublishRoute> usable) {
        this.routes = routes;
        this.loop = loop;
        this.topic = topic;
        this.budget = budget;
        this.usable = usable;
    }

    /** @param usable whether messages can be sent by a route */
    static RouteSearch begin(
            RouteTable routes, TaskLoop loop, String topic, SendBudget budget, Predicate<PublishRoute> usable) {
        RouteSearch search = new RouteSearch(routes, loop, topic, budget, usable);
        loop.execute(search::start);
        return search;
    }

    /** Completes with the route, or exceptionally with why the last look found none. */
    CompletableFuture<PublishRoute> found() {
        return found;
    }

    /** Why it has not found a route yet. */
    Throwable lastError() {
        return lastError;
    }

    /** Ends it, if it has not ended. */
    void giveUp() {
        found.completeExceptionally(lastError);
    }

    private void start() {
        TaskLoop.Timer deadline = loop.schedule(budget.remaining(), this::giveUp);
        routes.addListener(onRoute);
        found.whenComplete((route, error) -> {
            deadline.cancel();
            routes.removeListener(onRoute);
        });
        look();
    }

    private void look() {
        if (found.isDone()) {
            return;
        }
        next = null;
        lookAtOnce = false;
        routes.publishRoute(topic).whenComplete((route, error) -> loop.execute(() -> looked(route, error)));
    }

    private void looked(@Nullable PublishRoute route, @Nullable Throwable error) {
        if (route != null && usable.test(route)) {
            found.complete(route);
            return;
        }
        lastError = error == null
                ? new IllegalStateException("no master in the topic's route takes messages")
                : Causes.of(error);
        boolean missing = lastError instanceof TopicMissingException;
        if (missing && missed) {
            giveUp();
            return;
        }
        missed = missing;
        if (route != null) {
            routes.refresh(topic);
        }
        if (lookAtOnce) {
            look();
        } else {
            next = loop.schedule(pause(), this::look);
        }
    }

    private Duration pause() {
        Duration pause = budget.pause(PAUSE, ThreadLocalRandom.current().nextDouble());
        return pause.compareTo(LEAST_PAUSE) < 0 ? LEAST_PAUSE : pause;
    }

    /** The first send creates a topic that inherits its settings from another, so that the other's route will do. */
    private void told(String topicWithRoute) {
        if (!topicWithRoute.equals(topic) && !topicWithRoute.equals(Names.AUTO_CREATE_TOPIC)) {
            return;
        }
        missed = false;
        if (next == null) {
            lookAtOnce = true;
        } else {
            next.cancel();
            look();
        }
    }
}
