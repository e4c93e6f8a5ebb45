package io.reliablemq.client.producer;

import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageIds.UniqueIds;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The producer: takes messages over, runs one {@link SendLoop} for each, and hands out the results.
 *
 * <p>Thread-safe. A synchronous send waits on the caller's thread; asynchronous ones are completed by the callback
 * executor.
 */
public final class RetryingProducer implements Producer {

    private static final Logger log = LoggerFactory.getLogger(RetryingProducer.class);

    /** How much later than its budget a send may end before the caller stops waiting for it. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final ProducerSettings settings;
    private final SendContext context;
    private final BrokerSelector selector;
    private final UniqueIds ids = new UniqueIds();
    private final Semaphore places;
    private final Set<SendLoop> inFlight = ConcurrentHashMap.newKeySet();
    private final Consumer<RetryingProducer> leave;
    private volatile boolean closed;

    /** @param leave runs once, after the last send has ended */
    public RetryingProducer(ProducerSettings settings, SendContext context, Consumer<RetryingProducer> leave) {
        this.settings = settings;
        this.context = context;
        this.selector = new BrokerSelector(context.health());
        this.places = new Semaphore(settings.maxInFlight());
        this.leave = leave;
    }

    @Override
    public SendReceipt send(Message message) {
        return send(message, settings.sendTimeout());
    }

    @Override
    public SendReceipt send(Message message, Duration timeout) {
        SendBudget budget = SendBudget.start(context.clock(), timeout);
        SendOrder order = order(message, 1 + settings.retryTimesWhenSendFailed(), false);
        return await(begin(order, budget), timeout);
    }

    @Override
    public CompletableFuture<SendReceipt> sendAsync(Message message) {
        SendBudget budget = SendBudget.start(context.clock(), settings.sendTimeout());
        SendOrder order = order(message, 1 + settings.retryTimesWhenSendAsyncFailed(), false);
        requireOpen();
        CompletableFuture<SendReceipt> result = new CompletableFuture<>();
        if (takePlace(budget)) {
            begin(order, budget)
                    .outcome()
                    .whenComplete(
                            (receipt, error) -> context.callbacks().execute(() -> deliver(result, receipt, error)));
        } else {
            SendFailedException full = new SendFailedException(
                    "no place was free within " + settings.sendTimeout().toMillis() + " ms: " + settings.maxInFlight()
                            + " sends are in flight (maxInFlight)",
                    order.message(),
                    List.of());
            context.callbacks().execute(() -> result.completeExceptionally(full));
        }
        return result;
    }

    @Override
    public void sendOneWay(Message message) {
        SendBudget budget = SendBudget.start(context.clock(), settings.sendTimeout());
        await(begin(order(message, 1 + settings.retryTimesWhenSendFailed(), true), budget), settings.sendTimeout());
    }

    /** The place is free before the application's code runs, so that this code may send the next message. */
    private void deliver(CompletableFuture<SendReceipt> result, SendReceipt receipt, Throwable error) {
        places.release();
        if (error == null) {
            result.complete(receipt);
        } else {
            result.completeExceptionally(error);
        }
    }

    private boolean takePlace(SendBudget budget) {
        try {
            return places.tryAcquire(budget.remaining().toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private SendOrder order(Message message, int maxAttempts, boolean oneWay) {
        return SendOrder.of(message, ids.next(), context.clock().wallMs(), settings, maxAttempts, oneWay);
    }

    private SendLoop begin(SendOrder order, SendBudget budget) {
        SendLoop loop = new SendLoop(context, selector, order, budget);
        inFlight.add(loop);
        loop.outcome().whenComplete((receipt, error) -> inFlight.remove(loop));
        if (closed) {
            // Whoever closes may wait for it already.
            loop.abandon("the producer was closed");
            requireOpen();
        }
        loop.start();
        return loop;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The producer of group '" + settings.group() + "' is closed");
        }
    }

    private static SendReceipt await(SendLoop loop, Duration timeout) {
        boolean interrupted = false;
        try {
            return loop.outcome().get(timeout.plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            interrupted = true;
            loop.abandon("the sending thread was interrupted");
        } catch (TimeoutException e) {
            loop.abandon("it did not end within its time of " + timeout.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw failure(e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        return result(loop);
    }

    /** What an abandoned loop has ended in, which may still be a success that came at the last moment. */
    private static SendReceipt result(SendLoop loop) {
        try {
            return loop.outcome().join();
        } catch (CompletionException e) {
            throw failure(e);
        }
    }

    /** The caller's own stack trace is the useful one. */
    private static RuntimeException failure(Exception wrapper) {
        if (wrapper.getCause() instanceof SendFailedException failed) {
            failed.setStackTrace(Thread.currentThread().getStackTrace());
            return failed;
        }
        return new IllegalStateException("The send ended in an error of the client itself", wrapper.getCause());
    }

    @Override
    public void close() {
        synchronized (inFlight) {
            if (closed) {
                return;
            }
            closed = true;
        }
        List<SendLoop> last = List.copyOf(inFlight);
        CompletableFuture<Void> allDone =
                CompletableFuture.allOf(last.stream().map(SendLoop::outcome).toArray(CompletableFuture[]::new));
        try {
            allDone.get(settings.sendTimeout().toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn("{} send(s) of group '{}' had not ended when it was closed", inFlight.size(), settings.group());
        } catch (ExecutionException e) {
            log.debug("A send failed while its producer was closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        last.forEach(loop -> loop.abandon("the producer was closed"));
        leave.accept(this);
    }
}
