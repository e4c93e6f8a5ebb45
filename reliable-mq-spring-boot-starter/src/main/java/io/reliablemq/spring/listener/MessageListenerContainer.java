package io.reliablemq.spring.listener;

import io.reliablemq.client.api.ConsumerFigures;
import io.reliablemq.client.api.PushConsumer;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * Receives the messages of one group while it runs. Can be stopped and started again: each start joins the group with
 * a consumer of its own.
 *
 * <p>Stopping hands out no new messages, waits for the listeners at work (up to the shutdown time-out of the settings),
 * stores the offsets and leaves the group; what was fetched but not handled is received again later. Thread-safe.
 */
public final class MessageListenerContainer implements SmartLifecycle {

    /** Listeners start after the web server and stop before it drains. */
    public static final int PHASE = Integer.MAX_VALUE - 100;

    private static final Log log = LogFactory.getLog(MessageListenerContainer.class);

    private final PushConsumerSettings settings;
    private final DeliveryHandler handler;
    private final PushConsumerFactory consumers;
    private final boolean autoStartup;
    private final NamedThreads stopThreads;

    /** Lets one start or stop after the other; held while a consumer starts or closes. */
    private final ReentrantLock lifecycleLock = new ReentrantLock();

    /**
     * Guards {@link #paused} and whom it is told; held for a moment only, because listeners may pause their container
     * while somebody waits for them to stop it.
     */
    private final ReentrantLock pauseLock = new ReentrantLock();

    private volatile @Nullable PushConsumer consumer;

    /** The consumer that was made last: while it stops, the listeners at work may still ask it for time. */
    private volatile @Nullable PushConsumer leasing;

    private volatile boolean paused;

    public MessageListenerContainer(
            PushConsumerSettings settings,
            DeliveryHandler handler,
            PushConsumerFactory consumers,
            boolean autoStartup) {
        this.settings = settings;
        this.handler = handler;
        this.consumers = consumers;
        this.autoStartup = autoStartup;
        this.stopThreads = new NamedThreads("rmq-listener-stop-" + settings.group());
    }

    /** The group, its subscriptions and limits. */
    public PushConsumerSettings settings() {
        return settings;
    }

    @Override
    public void start() {
        lifecycleLock.lock();
        try {
            if (consumer != null) {
                return;
            }
            PushConsumer started =
                    consumers.create(settings, messages -> handler.handle(new Delivery(messages, this::extendLease)));
            try {
                leasing = started;
                publish(started);
                started.start();
            } catch (RuntimeException e) {
                consumer = null;
                closeAfterFailure(started, e);
                throw e;
            }
            log.info("Listening as group '" + settings.group() + "' to " + subscriptions() + ", " + manner()
                    + ", concurrency " + settings.threads() + ", at most " + settings.maxReconsumeTimes()
                    + " retries");
        } finally {
            lifecycleLock.unlock();
        }
    }

    /** From here on the consumer is told of pauses; before its start, so that none slips through. */
    private void publish(PushConsumer started) {
        pauseLock.lock();
        try {
            if (paused) {
                started.pause();
            }
            consumer = started;
        } finally {
            pauseLock.unlock();
        }
    }

    /** Stops and waits until the listeners at work are done. */
    @Override
    public void stop() {
        lifecycleLock.lock();
        try {
            PushConsumer running = consumer;
            if (running != null) {
                consumer = null;
                running.close();
                log.debug("Group '" + settings.group() + "' no longer listens");
            }
        } finally {
            lifecycleLock.unlock();
        }
    }

    /** Stops without waiting; the callback runs exactly once, when the listeners at work are done. */
    @Override
    public void stop(Runnable callback) {
        // Where another thread is stopping it, the callback waits for that.
        if (!isRunning() && !lifecycleLock.isLocked()) {
            callback.run();
            return;
        }
        stopThreads
                .newThread(() -> {
                    try {
                        stop();
                    } catch (RuntimeException e) {
                        log.error("Group '" + settings.group() + "' was not stopped in order", e);
                    } finally {
                        callback.run();
                    }
                })
                .start();
    }

    /** Hands out no more messages until {@link #resume()}, also over a stop and start; stays in the group. */
    public void pause() {
        pauseLock.lock();
        try {
            paused = true;
            PushConsumer running = consumer;
            if (running != null) {
                running.pause();
            }
        } finally {
            pauseLock.unlock();
        }
    }

    public void resume() {
        pauseLock.lock();
        try {
            paused = false;
            PushConsumer running = consumer;
            if (running != null) {
                running.resume();
            }
        } finally {
            pauseLock.unlock();
        }
    }

    public boolean isPaused() {
        return paused;
    }

    @Override
    public boolean isRunning() {
        return consumer != null;
    }

    @Override
    public boolean isAutoStartup() {
        return autoStartup;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }

    /** What its consumer is doing; null while it does not run. */
    public @Nullable ConsumerFigures figures() {
        PushConsumer running = consumer;
        return running == null ? null : running.figures();
    }

    /** The queues that this member of the group receives from at the moment; none while it does not run. */
    public Set<PushConsumer.Queue> assignedQueues() {
        PushConsumer running = consumer;
        return running == null ? Set.of() : running.assignedQueues();
    }

    /**
     * Begins the consume time-out of a message anew, see {@link MessageLease#extend()}.
     *
     * @return false if the message is not being handled here
     */
    public boolean extendLease(ReceivedMessage message) {
        PushConsumer last = leasing;
        return last != null && last.extendLease(message);
    }

    private static void closeAfterFailure(PushConsumer consumer, RuntimeException failure) {
        try {
            consumer.close();
        } catch (RuntimeException e) {
            failure.addSuppressed(e);
        }
    }

    private String subscriptions() {
        return Stream.concat(
                        settings.subscriptions().entrySet().stream(), settings.sqlSubscriptions().entrySet().stream())
                .map(entry -> entry.getKey() + " [" + entry.getValue() + "]")
                .sorted()
                .collect(Collectors.joining(", "));
    }

    private String manner() {
        return (settings.isOrderly() ? "in order" : "concurrently")
                + (settings.isBroadcasting() ? " by broadcast" : "");
    }

    @Override
    public String toString() {
        return "MessageListenerContainer[group=" + settings.group() + ", " + subscriptions() + "]";
    }
}
