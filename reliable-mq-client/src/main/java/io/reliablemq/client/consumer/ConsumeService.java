package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.ConsumeResult;
import io.reliablemq.client.api.MessageHandler;
import io.reliablemq.client.api.NonRetryableException;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.route.BrokerAddresses;
import io.reliablemq.protocol.runtime.NamedThreads;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands messages to the application, several at once, in no particular order, and sees to it that each is finished: by
 * the handler's success, or by the broker's having it back.
 *
 * <p>Thread-safe. Where neither comes about, the message stays unfinished, is handed out again after a pause, and holds the
 * committed offset back meanwhile. The pause is up to four seconds where the broker refuses, ten while it is away, and ends
 * when it is back. What waits here is bounded by the process queues.
 */
final class ConsumeService {

    private static final Logger log = LoggerFactory.getLogger(ConsumeService.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 2;

    /** While the master is away. Its return ends the pause; asking the handler more often would help nobody. */
    private static final Duration WHILE_AWAY = Duration.ofSeconds(10);

    private final String group;
    private final int maxReconsumeTimes;
    private final MessageHandler handler;
    private final SendBack sendBack;
    private final ConsumerContext context;
    private final Gate gate = new Gate();
    private final ThreadPoolExecutor threads;
    private final ThreadLocal<@Nullable Boolean> handling = new ThreadLocal<>();

    /** What its broker could not take back; whoever removes one from here goes on with it. */
    private final Set<Kept> kept = ConcurrentHashMap.newKeySet();

    ConsumeService(PushConsumerSettings settings, MessageHandler handler, SendBack sendBack, ConsumerContext context) {
        this.group = settings.group();
        this.maxReconsumeTimes = settings.maxReconsumeTimes();
        this.handler = handler;
        this.sendBack = sendBack;
        this.context = context;
        this.threads = new ThreadPoolExecutor(
                settings.threads(),
                settings.threads(),
                1,
                TimeUnit.MINUTES,
                new LinkedBlockingQueue<>(),
                new NamedThreads("rmq-consume-" + group),
                // A closed consumer hands nothing out; what was given up stays uncommitted.
                new ThreadPoolExecutor.DiscardPolicy());
        this.threads.allowCoreThreadTimeOut(true);
    }

    void submit(ProcessQueue queue, List<StoredMessage> messages) {
        messages.forEach(message -> submit(new Delivery(queue, message, 0)));
    }

    private void submit(Delivery delivery) {
        execute(() -> consume(delivery));
    }

    /** A task that is not taken, for want of memory for a thread, is tried again: its message must not be forgotten. */
    private void execute(Runnable task) {
        try {
            threads.execute(task);
        } catch (RuntimeException | Error e) {
            log.error("Group '{}' has no thread for a message; tried again in {} ms", group, FIRST_PAUSE.toMillis(), e);
            context.loop().schedule(FIRST_PAUSE, () -> execute(task));
        }
    }

    /** Whether the caller is a handler of this group. */
    boolean isHandlerThread() {
        return handling.get() != null;
    }

    void pause() {
        gate.pause();
    }

    void resume() {
        gate.resume();
    }

    /**
     * Hands nothing out any more and waits for handlers in progress, and for what they give back.
     *
     * @return how many handlers had not ended in time
     */
    int close(Duration timeout) throws InterruptedException {
        return gate.closeAndAwait(isHandlerThread() ? 1 : 0, timeout.toNanos());
    }

    /**
     * Interrupts handlers that still run. To be called when their queues are given up, so that the interruption does
     * not count as a failed attempt.
     */
    void end() {
        boolean before = Thread.currentThread().isInterrupted();
        threads.shutdownNow();
        if (isHandlerThread() && !before) {
            // Closing goes on, on this very thread.
            Thread.interrupted();
        }
    }

    /**
     * One message on its way through the handler.
     *
     * @param failedReturns how often the broker could not take it back
     */
    private record Delivery(ProcessQueue queue, StoredMessage message, int failedReturns) {

        Delivery afterFailedReturn() {
            return new Delivery(queue, message, failedReturns + 1);
        }

        /** The pauses begin anew: what failed before says nothing of the broker as it is now. */
        Delivery afterBrokerBack() {
            return new Delivery(queue, message, 1);
        }

        boolean isObsolete() {
            return queue.isDropped();
        }

        String describe() {
            return message.messageId() + " (topic '" + MessageReader.originalTopic(message) + "', broker '"
                    + queue.queue().brokerName() + "', queue " + message.queueId() + ", offset "
                    + message.queueOffset() + ", reconsumeTimes " + message.reconsumeTimes() + ")";
        }
    }

    private enum Verdict {
        DONE,
        RETRY,
        DEAD_LETTER
    }

    private void consume(Delivery delivery) {
        if (!gate.enter()) {
            return;
        }
        // Asked behind the gate, since the queue may have been lost while the consumer was paused.
        if (delivery.isObsolete()) {
            gate.leave();
            return;
        }
        handling.set(true);
        Verdict verdict;
        try {
            verdict = handle(delivery);
        } finally {
            handling.remove();
        }
        if (verdict == Verdict.DONE) {
            delivery.queue().finish(delivery.message().queueOffset());
            gate.leave();
        } else {
            giveBack(delivery, verdict);
        }
    }

    private Verdict handle(Delivery delivery) {
        try {
            @Nullable
            ConsumeResult result =
                    handler.handle(MessageReader.read(delivery.queue().queue(), delivery.message()));
            if (result == null) {
                log.warn(
                        "The handler of group '{}' returned null for message {}: it is retried",
                        group,
                        delivery.describe());
            }
            return result == ConsumeResult.CONSUME_SUCCESS ? Verdict.DONE : Verdict.RETRY;
        } catch (UnreadableMessageException e) {
            log.error(
                    "Message {} goes to the dead letters of group '{}': {}",
                    delivery.describe(),
                    group,
                    e.getMessage(),
                    e);
            return Verdict.DEAD_LETTER;
        } catch (NonRetryableException e) {
            log.error("Message {} goes to the dead letters of group '{}'", delivery.describe(), group, e);
            return Verdict.DEAD_LETTER;
        } catch (Throwable e) {
            // Whatever the application's code throws, errors included: the message is not done.
            reportFailure(delivery, e);
            return Verdict.RETRY;
        }
    }

    /**
     * The stack trace is in the log at the first attempt, which is news, and at the last, after which somebody has to
     * look; in between, where it would be the same again, only at DEBUG.
     */
    private void reportFailure(Delivery delivery, Throwable error) {
        int failedBefore = delivery.message().reconsumeTimes();
        if (failedBefore >= maxReconsumeTimes) {
            log.error(
                    "The handler of group '{}' failed on message {}: it becomes a dead letter after {} attempt(s)",
                    group,
                    delivery.describe(),
                    failedBefore + 1,
                    error);
        } else if (failedBefore == 0 && delivery.failedReturns() == 0) {
            log.warn(
                    "The handler of group '{}' failed on message {}: it is retried", group, delivery.describe(), error);
        } else {
            log.warn(
                    "The handler of group '{}' failed on message {}: it is retried. {}",
                    group,
                    delivery.describe(),
                    error.toString());
            log.debug(
                    "Attempt {} of message {}",
                    failedBefore + 1,
                    delivery.message().messageId(),
                    error);
        }
    }

    /** Gives the message to the broker; it is finished here only once the broker has said that it has it. */
    private void giveBack(Delivery delivery, Verdict verdict) {
        if (delivery.isObsolete()) {
            // Another member receives the message again, so that the failure must not be counted twice.
            gate.leave();
            return;
        }
        sendBack(delivery, verdict).whenComplete((done, error) -> {
            try {
                if (error == null) {
                    delivery.queue().finish(delivery.message().queueOffset());
                } else {
                    keep(delivery.afterFailedReturn(), verdict, error);
                }
            } finally {
                gate.leave();
            }
        });
    }

    private CompletableFuture<Void> sendBack(Delivery delivery, Verdict verdict) {
        try {
            return sendBack.send(delivery.queue().queue(), delivery.message(), verdict == Verdict.DEAD_LETTER);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** A message that waits for its broker. Told from others by identity. */
    private static final class Kept {
        private final Delivery delivery;
        private final Verdict verdict;

        Kept(Delivery delivery, Verdict verdict) {
            this.delivery = delivery;
            this.verdict = verdict;
        }
    }

    private void keep(Delivery delivery, Verdict verdict, Throwable error) {
        boolean away = isAway(delivery.queue().queue());
        Duration pause = away
                ? WHILE_AWAY
                : FIRST_PAUSE.multipliedBy(1L << Math.min(delivery.failedReturns() - 1, MAX_DOUBLINGS));
        log.warn(
                "Message {} of group '{}' could not be given back to its broker; it is kept here and tried again in {} ms: {}",
                delivery.describe(),
                group,
                pause.toMillis(),
                Causes.text(error));
        Kept waiting = new Kept(delivery, verdict);
        kept.add(waiting);
        context.routes().refresh(delivery.queue().queue().topic());
        // It may have come back before it was waited for.
        Duration left = away && !isAway(delivery.queue().queue()) ? FIRST_PAUSE : pause;
        context.loop().schedule(left, () -> {
            if (kept.remove(waiting)) {
                goOn(delivery, verdict);
            }
        });
    }

    private boolean isAway(Queue queue) {
        BrokerAddresses broker = context.broker(queue);
        String master = broker == null ? null : broker.master();
        return master == null || !context.reachability().isReachable(master);
    }

    /** The broker at that address can be reached again: what waits for it need not wait any longer. */
    void brokerBack(String address) {
        for (Kept waiting : kept) {
            BrokerAddresses broker = context.broker(waiting.delivery.queue().queue());
            if (broker != null && address.equals(broker.master()) && kept.remove(waiting)) {
                goOn(waiting.delivery.afterBrokerBack(), waiting.verdict);
            }
        }
    }

    private void goOn(Delivery delivery, Verdict verdict) {
        if (verdict == Verdict.DEAD_LETTER) {
            execute(() -> giveBackAgain(delivery));
        } else {
            submit(delivery);
        }
    }

    /** The handler has said that it cannot handle the message, so it is not asked again. */
    private void giveBackAgain(Delivery delivery) {
        if (!delivery.isObsolete() && gate.enter()) {
            giveBack(delivery, Verdict.DEAD_LETTER);
        }
    }
}
