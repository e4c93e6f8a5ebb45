package io.reliablemq.client.consumer;

import io.reliablemq.client.api.ConsumerFigures;
import io.reliablemq.client.api.OpenConsumer;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.client.route.Reachability;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One member of a consumer group: joins, receives, leaves. Thread-safe. */
public final class GroupConsumer implements PushConsumer, OpenConsumer {

    private static final Logger log = LoggerFactory.getLogger(GroupConsumer.class);

    private static final Duration MOST_FOR_INTRODUCTION = Duration.ofSeconds(1);

    private final PushConsumerSettings settings;
    private final ConsumerContext context;
    private final Consumer<GroupConsumer> leave;
    private final Subscriptions subscriptions;
    private final ConsumerParts parts;
    private final Rebalancer rebalancer;
    private final Consumer<String> routeListener = this::onRoute;
    private final Reachability.Listener brokerListener = new BrokerListener();
    private final CountDownLatch closed = new CountDownLatch(1);
    private State state = State.NEW;

    private enum State {
        NEW,
        STARTED,
        CLOSED
    }

    /**
     * @param leave runs once, when the consumer has closed
     * @throws IllegalStateException if another consumer keeps its offsets in the same folder
     */
    public GroupConsumer(
            PushConsumerSettings settings, Handler handler, ConsumerContext context, Consumer<GroupConsumer> leave) {
        this.settings = settings;
        this.context = context;
        this.leave = leave;
        this.subscriptions = new Subscriptions(settings, context.clock().wallMs());
        this.parts = new ConsumerParts(settings, subscriptions, handler, context);
        this.rebalancer = new Rebalancer(settings, subscriptions.topics(), context, parts.assigned());
        parts.assigned().onLoss(rebalancer::wakeUp);
    }

    /**
     * {@inheritDoc} Where it subscribes by expressions, it waits until a broker has checked them.
     *
     * @throws IllegalStateException if it was started or closed before, or the client has the group already
     * @throws IllegalArgumentException if a broker refuses an expression
     */
    @Override
    public synchronized void start() {
        if (state != State.NEW) {
            throw new IllegalStateException("The consumer of group '" + settings.group() + "' is " + state);
        }
        new ExpressionCheck(settings.group(), subscriptions, context)
                .check(settings.sqlSubscriptions().keySet());
        context.heartbeats().addConsumer(subscriptions.entry());
        state = State.STARTED;
        log.debug("Group '{}' is joined with {}", settings.group(), subscriptions.topics());
        context.notices().register(settings.group(), new Notices());
        context.routes().addListener(routeListener);
        context.reachability().addListener(brokerListener);
        context.loop().execute(parts::start);
        List<CompletableFuture<?>> routes = subscriptions.topics().stream()
                .<CompletableFuture<?>>map(context.routes()::await)
                .toList();
        // Without any route yet there is nobody to join; the first route then wakes us.
        CompletableFuture.allOf(routes.toArray(CompletableFuture[]::new)).whenComplete((found, error) -> join());
    }

    private void onRoute(String topic) {
        if (subscriptions.topics().contains(topic)) {
            parts.assigned().reconsider();
            join();
        }
    }

    private final class Notices implements GroupNotices.Listener {

        @Override
        public void membersChanged() {
            context.loop().execute(rebalancer::wakeUp);
        }

        @Override
        public void offsetsReset(Map<Queue, Long> offsets) {
            context.loop().execute(() -> parts.assigned().reset(offsets));
        }
    }

    private final class BrokerListener implements Reachability.Listener {

        @Override
        public void cutOff(String address) {
            parts.assigned().reconsider();
        }

        @Override
        public void back(String address) {
            parts.assigned().brokerBack(address);
            parts.failures().brokerBack(address);
            rebalancer.wakeUp();
        }
    }

    /** A broker hands nothing to a member that it does not know, so it hears of us first. */
    private void join() {
        CompletableFuture<Void> introduced = introduce();
        introduced.whenComplete((done, error) -> {
            if (error != null) {
                log.warn("Group '{}' could not introduce itself to the brokers", settings.group(), error);
            }
            context.loop().execute(rebalancer::wakeUp);
        });
        // A broker that hangs keeps nobody from receiving what the others have.
        context.loop().schedule(MOST_FOR_INTRODUCTION, () -> {
            if (!introduced.isDone()) {
                rebalancer.wakeUp();
            }
        });
    }

    private CompletableFuture<Void> introduce() {
        try {
            return context.heartbeats().sendToAll(context.reachability()::isReachable);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void pause() {
        parts.workers().pause();
    }

    @Override
    public void resume() {
        parts.workers().resume();
    }

    @Override
    public Set<Queue> assignedQueues() {
        return parts.assigned().queues();
    }

    @Override
    public boolean extendLease(ReceivedMessage message) {
        return parts.leases().extend(message);
    }

    @Override
    public PushConsumerSettings settings() {
        return settings;
    }

    @Override
    public ConsumerFigures figures() {
        return parts.figures();
    }

    @Override
    public CompletableFuture<Map<String, Long>> lag() {
        return parts.lag();
    }

    @Override
    public void close() {
        boolean isFirst;
        synchronized (this) {
            State before = state;
            state = State.CLOSED;
            if (before == State.NEW) {
                parts.close();
                closed.countDown();
                leave.accept(this);
                return;
            }
            isFirst = before == State.STARTED;
        }
        if (isFirst) {
            try {
                leaveGroup();
            } finally {
                closed.countDown();
            }
        } else if (!parts.workers().isWorkerThread()) {
            // Whoever closes what this consumer needs must not be faster than the other.
            awaitClosed();
        }
    }

    private void awaitClosed() {
        try {
            closed.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void leaveGroup() {
        if (parts.workers().isWorkerThread()) {
            log.warn(
                    "Group '{}' is closed by its own handler: the message that it is handling will be received again",
                    settings.group());
        }
        context.notices().unregister(settings.group());
        context.routes().removeListener(routeListener);
        context.reachability().removeListener(brokerListener);
        onLoop(() -> {
            rebalancer.stop();
            parts.assigned().stopPulling();
            return CompletableFuture.completedFuture(null);
        });
        endHandlers();
        onLoop(parts.assigned()::commitAndDrop);
        parts.close();
        context.heartbeats().removeConsumer(settings.group()).join();
        leave.accept(this);
        log.info("Group '{}' is left", settings.group());
    }

    private void endHandlers() {
        try {
            int left = parts.workers().closeAndAwait(settings.shutdownTimeout());
            if (left > 0) {
                log.warn(
                        "{} handler(s) of group '{}' had not ended after {} ms; their messages will be received again",
                        left,
                        settings.group(),
                        settings.shutdownTimeout().toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.warn(
                    "Closing group '{}' was interrupted; messages in progress will be received again",
                    settings.group());
        }
    }

    /** Runs a step on the thread {@code rmq-client} and waits until what it has begun is done. */
    private void onLoop(Supplier<CompletableFuture<@Nullable Void>> step) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        context.loop().execute(() -> {
            try {
                step.get().whenComplete((result, error) -> {
                    if (error == null) {
                        done.complete(null);
                    } else {
                        done.completeExceptionally(error);
                    }
                });
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        // Offsets, and then locks.
        Duration most = context.settings().requestTimeout().multipliedBy(2).plusSeconds(1);
        try {
            done.get(most.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException | TimeoutException e) {
            log.warn(
                    "Not all offsets of group '{}' could be stored: some messages will be received again",
                    settings.group(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
