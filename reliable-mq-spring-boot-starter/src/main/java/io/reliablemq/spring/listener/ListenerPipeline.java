package io.reliablemq.spring.listener;

import io.reliablemq.client.api.BatchOutcome;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.api.RetrySettings;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A listener with all that stands around it: filters, then the error handler, then the listener itself. Immutable;
 * called by several consume threads at once.
 */
public final class ListenerPipeline implements DeliveryHandler {

    private final String group;
    private final String listenerId;
    private final List<ListenerFilter> filters;
    private final DeliveryHandler target;

    /**
     * @param filters the first is outermost
     * @param retries of the group, which say what is non-retryable
     */
    public ListenerPipeline(
            String group,
            String listenerId,
            DeliveryHandler listener,
            List<ListenerFilter> filters,
            ListenerErrorHandler errorHandler,
            RetrySettings retries) {
        this.group = group;
        this.listenerId = listenerId;
        this.filters = List.copyOf(filters);
        this.target = new FailedDeliveries(group, listenerId, listener, errorHandler, retries);
    }

    /** Throws nothing: what a filter throws is the failure of all messages, those of other listeners excepted. */
    @Override
    public CompletionStage<@Nullable BatchOutcome> handle(Delivery delivery) {
        try {
            return new Call(delivery, 0).proceed().exceptionally(ListenerPipeline::failed);
        } catch (Throwable e) {
            return CompletableFuture.completedFuture(failed(e));
        }
    }

    private static BatchOutcome failed(Throwable error) {
        return BatchOutcome.allFailed(new BatchOutcome.Failure(false, Failures.unwrapped(error)));
    }

    /** How far a call has come. */
    private final class Call implements ListenerCall {

        private final Delivery delivery;
        private final int next;

        private Call(Delivery delivery, int next) {
            this.delivery = delivery;
            this.next = next;
        }

        @Override
        public String listenerId() {
            return listenerId;
        }

        @Override
        public String group() {
            return group;
        }

        @Override
        public List<ReceivedMessage> messages() {
            return delivery.messages();
        }

        @Override
        public CompletionStage<@Nullable BatchOutcome> proceed() throws Exception {
            return next == filters.size()
                    ? target.handle(delivery)
                    : filters.get(next).filter(new Call(delivery, next + 1));
        }
    }
}
