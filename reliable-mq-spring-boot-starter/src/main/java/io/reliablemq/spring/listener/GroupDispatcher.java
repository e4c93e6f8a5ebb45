package io.reliablemq.spring.listener;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.FailureProperties;
import io.reliablemq.protocol.message.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Hands each message of a group to the one listener that selects it. A batch is cut where the listener changes.
 *
 * <p>Immutable; called by several consume threads at once.
 */
public final class GroupDispatcher implements DeliveryHandler {

    private static final Log log = LogFactory.getLog(GroupDispatcher.class);

    /** A listener's part of the group's subscription. */
    public record Route(String topic, MessageSelector selector, DeliveryHandler listener) {

        boolean takes(ReceivedMessage message) {
            return topic.equals(message.topic()) && selector.takes(message);
        }
    }

    /** Neighbours in a batch that go to one listener; to none if there is no route. */
    private record Run(@Nullable Route route, List<ReceivedMessage> messages) {}

    private final String group;
    private final List<Route> routes;

    /** @param routes of which no two take the same message */
    public GroupDispatcher(String group, List<Route> routes) {
        this.group = group;
        this.routes = List.copyOf(routes);
    }

    @Override
    public CompletionStage<@Nullable BatchOutcome> handle(Delivery delivery) throws Exception {
        List<Run> runs = runs(delivery.messages());
        if (runs.size() == 1) {
            return handle(runs.get(0), delivery);
        }
        BatchOutcome.Builder all = BatchOutcome.builder();
        CompletionStage<@Nullable Void> done = CompletableFuture.completedFuture(null);
        for (Run run : runs) {
            done = done.thenCompose(before -> begin(run, delivery))
                    .handle((outcome, error) -> merge(run, outcome, error, all));
        }
        return done.thenApply(last -> all.build());
    }

    private List<Run> runs(List<ReceivedMessage> messages) {
        List<Run> runs = new ArrayList<>();
        for (ReceivedMessage message : messages) {
            Route route = route(message);
            Run last = runs.isEmpty() ? null : runs.get(runs.size() - 1);
            if (last != null && last.route() == route) {
                last.messages().add(message);
            } else {
                runs.add(new Run(route, new ArrayList<>(List.of(message))));
            }
        }
        return runs;
    }

    private CompletionStage<@Nullable BatchOutcome> begin(Run run, Delivery delivery) {
        try {
            return handle(run, delivery);
        } catch (Exception e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private CompletionStage<@Nullable BatchOutcome> handle(Run run, Delivery delivery) throws Exception {
        Route route = run.route();
        if (route != null) {
            return route.listener().handle(delivery.withMessages(run.messages()));
        }
        // A retry of a listener that another version of the application had: another member may still have it, and
        // what nobody takes in the end is kept as a dead letter.
        run.messages()
                .forEach(message -> log.warn("No listener of group '" + group + "' takes topic '" + message.topic()
                        + "' with tag '" + message.tag() + "'; the message " + message.messageId()
                        + " is left for a retry"));
        return CompletableFuture.completedFuture(BatchOutcome.retryAll());
    }

    private static @Nullable Void merge(
            Run run, @Nullable BatchOutcome outcome, @Nullable Throwable error, BatchOutcome.Builder all) {
        for (ReceivedMessage message : run.messages()) {
            BatchOutcome.Failure failure = failure(message, outcome, error);
            if (failure == null) {
                continue;
            }
            Throwable cause = failure.cause();
            if (cause == null) {
                all.retry(message);
            } else if (failure.deadLetter()) {
                all.deadLetter(message, cause);
            } else {
                all.retry(message, cause);
            }
        }
        return null;
    }

    private static BatchOutcome.@Nullable Failure failure(
            ReceivedMessage message, @Nullable BatchOutcome outcome, @Nullable Throwable error) {
        if (error != null) {
            return new BatchOutcome.Failure(false, Failures.unwrapped(error));
        }
        return outcome == null ? new BatchOutcome.Failure(false, null) : outcome.failure(message);
    }

    private @Nullable Route route(ReceivedMessage message) {
        for (Route route : routes) {
            if (route.takes(message)) {
                return route;
            }
        }
        return mayBeRetriedDeadLetter(message) ? routes.get(0) : null;
    }

    /**
     * A broker of Apache RocketMQ gives a dead letter that fails in its turn back under the topic that it was first sent
     * to, and nothing tells it from a retry of a listener that is no more: only that a group of dead letters has no
     * others. Our broker gives back the topic of the dead letters, and tells since when a message fails.
     */
    private boolean mayBeRetriedDeadLetter(ReceivedMessage message) {
        return routes.size() == 1
                && Names.isDeadLetterTopic(routes.get(0).topic())
                && message.reconsumeTimes() > 0
                && !message.properties().containsKey(FailureProperties.FIRST_FAILED_AT);
    }
}
