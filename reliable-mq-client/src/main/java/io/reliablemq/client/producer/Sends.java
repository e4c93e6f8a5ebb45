package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendFailureHandler;
import io.reliablemq.client.api.SendFailureHandler.Compensation;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.WhenFull;
import io.reliablemq.client.producer.KeyTurns.Turn;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.protocol.message.Message;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The sends of one producer: a {@link SendLoop} for each, in the order of their keys, and within a bound.
 *
 * <p>Thread-safe. A synchronous send waits on the caller's thread; asynchronous ones are completed by the callback
 * executor.
 */
final class Sends {

    /** How much later than its budget a send may end before the caller stops waiting for it. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private static final CompletableFuture<Void> AT_ONCE = CompletableFuture.completedFuture(null);

    private final ProducerSettings settings;
    private final SendContext context;
    private final BrokerSelector selector;
    private final KeyTurns turns;
    private final TurnWatch watch;
    private final Semaphore places;
    private final @Nullable SendFailureHandler handler;
    private final OpenSends open;

    /** What is done about a failure before others of the message's key go on: gives a receipt, or throws it. */
    @FunctionalInterface
    interface OnFailure {

        /** The sender gets the failure. */
        OnFailure THROW = failure -> {
            throw failure;
        };

        SendReceipt apply(SendFailedException failure);
    }

    /** @param handler compensates for sends that ask for it */
    Sends(ProducerSettings settings, SendContext context, @Nullable SendFailureHandler handler) {
        this.handler = handler;
        this.settings = settings;
        this.context = context;
        this.selector = new BrokerSelector(context.health());
        this.turns = new KeyTurns(context.loop());
        this.watch = new TurnWatch(context.loop(), context.clock());
        this.places = new Semaphore(settings.maxInFlight());
        this.open = new OpenSends(settings.group());
    }

    /**
     * Hands a failure to the handler, if there is one.
     *
     * @return the receipt of a message that was accepted locally
     * @throws SendFailedException if it was not
     */
    SendReceipt compensate(SendFailedException failure) {
        if (handler == null) {
            throw failure;
        }
        Compensation compensation = Compensation.FAILED;
        try {
            compensation = handler.handle(failure);
        } catch (Exception | Error e) {
            // Errors too: a class that is missing is no reason to tell the sender less.
            failure.addSuppressed(e);
        }
        if (compensation != Compensation.ACCEPTED_LOCALLY) {
            throw failure;
        }
        Message message = failure.sentMessage();
        return new SendReceipt(
                SendStatus.ACCEPTED_LOCALLY,
                String.valueOf(message.uniqueId()),
                "",
                message.topic(),
                "",
                -1,
                -1,
                null,
                failure.attempts());
    }

    private void start(SendLoop loop, SendOrder order, OnFailure onFailure) {
        try {
            if (handler != null && isCompensated(onFailure) && handler.holdsBack(order.message())) {
                loop.abandon(
                        "earlier messages of ordering key '" + order.message().orderingKey() + "' wait to be sent");
            } else {
                loop.start();
            }
        } catch (RuntimeException | Error e) {
            // A send that neither starts nor ends would keep its place, and all later ones of its key.
            loop.abandon("the failure handler could not tell whether earlier messages wait: " + e);
        }
    }

    /** @throws SendFailedException if it does not end in success, and is not compensated */
    SendReceipt send(SendOrder order, Duration timeout, OnFailure onFailure) {
        SendBudget budget = SendBudget.start(context.clock(), timeout);
        requireOpen();
        Turn turn = turns.next(order);
        SendLoop loop = begin(new SendLoop(context, selector, order, budget), order, turn, onFailure);
        try {
            return await(loop, timeout);
        } catch (SendFailedException failure) {
            return onFailure(failure, turn, onFailure);
        } finally {
            turn.end();
            open.over(loop);
        }
    }

    /** A message that is given up before its turn would overtake those before it in whatever keeps it. */
    private SendReceipt onFailure(SendFailedException failure, Turn turn, OnFailure onFailure) {
        return isCompensated(onFailure) && !turn.comesWithin(GRACE)
                ? notCompensated(failure)
                : onFailure.apply(failure);
    }

    private boolean isCompensated(OnFailure onFailure) {
        return onFailure != OnFailure.THROW && handler != null;
    }

    private static SendReceipt notCompensated(SendFailedException failure) {
        failure.addSuppressed(new IllegalStateException(
                "No failure handler was asked, as earlier messages of the ordering key had not ended"));
        throw failure;
    }

    /** Completes exceptionally with {@link SendFailedException} if it does not end in success, and is not compensated. */
    CompletableFuture<SendReceipt> sendAsync(SendOrder order, OnFailure onFailure) {
        return sendAsync(order, onFailure, AT_ONCE);
    }

    /**
     * As {@link #sendAsync(SendOrder, OnFailure)}.
     *
     * @param ready when it may begin, and its time with it; where this fails it has only what is left of its time. It waits for its
     *     place before, on the caller's thread, as the thread that completes this may be the one that the places of others depend on
     */
    CompletableFuture<SendReceipt> sendAsync(SendOrder order, OnFailure onFailure, CompletableFuture<Void> ready) {
        SendBudget budget = SendBudget.start(context.clock(), settings.sendTimeout());
        requireOpen();
        CompletableFuture<SendReceipt> result = new CompletableFuture<>();
        String noPlace = takePlace(budget);
        if (!noPlace.isEmpty() && settings.whenFull() == WhenFull.FAIL) {
            // Who wants to know it at once does not wait for a handler, and nothing would bound those who did.
            SendFailedException full =
                    new SendFailedException(noPlace, order.message(), List.of(), order.bornTimestamp(), false);
            context.callbacks().execute(() -> result.completeExceptionally(full));
            return result;
        }
        Turn turn = turns.next(order);
        if (ready.isDone()) {
            sendAsync(order, new Begin(budget, null), noPlace, turn, onFailure, result);
        } else {
            ready.whenComplete((done, error) -> sendAsync(
                    order,
                    error == null
                            ? new Begin(SendBudget.start(context.clock(), settings.sendTimeout()), null)
                            : new Begin(budget, Causes.of(error)),
                    noPlace,
                    turn,
                    onFailure,
                    result));
        }
        return result;
    }

    /** @param before what went wrong before the send could begin, and is why it fails if no time is left; null for nothing */
    private record Begin(SendBudget budget, @Nullable Throwable before) {}

    private void sendAsync(
            SendOrder order,
            Begin begin,
            String noPlace,
            Turn turn,
            OnFailure onFailure,
            CompletableFuture<SendReceipt> result) {
        SendBudget budget = begin.budget();
        SendLoop loop = noPlace.isEmpty()
                ? begin(new SendLoop(context, selector, order, budget, begin.before()), order, turn, onFailure)
                : fail(order, budget, noPlace);
        AsyncEnd end = new AsyncEnd(
                loop,
                turn,
                onFailure,
                isCompensated(onFailure) ? Sends::notCompensated : OnFailure.THROW,
                () -> over(loop, turn, noPlace.isEmpty()),
                context.callbacks(),
                result);
        end.begin();
        if (!turn.hasCome()) {
            watch.add(end, budget.remaining().plus(GRACE));
        }
    }

    /** A send that is not begun, and has failed. */
    private SendLoop fail(SendOrder order, SendBudget budget, String why) {
        SendLoop loop = new SendLoop(context, selector, order, budget);
        open.add(loop);
        loop.abandon(why);
        return loop;
    }

    private void over(SendLoop loop, Turn turn, boolean hadPlace) {
        if (hadPlace) {
            places.release();
        }
        turn.end();
        open.over(loop);
    }

    /** @return why there is none; empty if it is taken */
    private String takePlace(SendBudget budget) {
        String bound = settings.maxInFlight() + " sends are in flight (maxInFlight)";
        if (settings.whenFull() == WhenFull.FAIL) {
            return places.tryAcquire() ? "" : bound;
        }
        try {
            boolean taken = places.tryAcquire(budget.remaining().toNanos(), TimeUnit.NANOSECONDS);
            return taken
                    ? ""
                    : "no place was free within " + settings.sendTimeout().toMillis() + " ms: " + bound;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "the sending thread was interrupted while it waited for a place: " + bound;
        }
    }

    private SendLoop begin(SendLoop loop, SendOrder order, Turn turn, OnFailure onFailure) {
        open.add(loop);
        if (open.isClosed()) {
            // Whoever closes may wait for it already.
            loop.abandon("the producer was closed");
        }
        turn.begin(() -> start(loop, order, onFailure));
        return loop;
    }

    boolean isClosed() {
        return open.isClosed();
    }

    /** @throws IllegalStateException if the producer is closed */
    void requireOpen() {
        if (open.isClosed()) {
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

    /** The topic's route, which is looked for as long as a send may take. */
    CompletableFuture<PublishRoute> route(String topic) {
        SendBudget budget = SendBudget.start(context.clock(), settings.sendTimeout());
        return RouteSearch.begin(context.routes(), context.loop(), topic, budget, route -> true)
                .found();
    }

    /** The queues that the topic's messages may be sent to now. @throws IllegalStateException if they cannot be found out */
    List<SendQueue> queues(String topic) {
        try {
            return route(topic)
                    .thenApply(route -> TargetQueue.of(route, settings.defaultTopicQueueCount()).stream()
                            .map(queue -> new SendQueue(topic, queue.brokerName(), queue.queueId()))
                            .toList())
                    .get(settings.sendTimeout().plus(GRACE).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("The thread was interrupted while it waited for the route of " + topic, e);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e instanceof ExecutionException && e.getCause() != null ? e.getCause() : e;
            throw new IllegalStateException(
                    "The queues of topic '" + topic + "' are not known: " + Causes.text(cause), cause);
        }
    }

    /**
     * Takes no more sends, and waits for those in flight, up to the send time-out; and a while longer for what is done about
     * those that fail, so that what they are kept in may be closed next. What waits for its turn then fails.
     *
     * @return false if it was closed before
     */
    boolean close() {
        boolean closes = open.close(settings.sendTimeout());
        if (closes) {
            watch.close();
        }
        return closes;
    }
}
