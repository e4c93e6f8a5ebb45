package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.Attempt.Outcome;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendQueue;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.client.api.TopicMissingException;
import io.reliablemq.client.producer.BrokerHealth.Reason;
import io.reliablemq.client.producer.SendVerdict.Retry;
import io.reliablemq.client.route.PublishRoute;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.header.SendMessageResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * One send: attempt after attempt until one ends in {@code SEND_OK}, none is left, another would not help, or the time
 * is over.
 *
 * <p>Never blocks. Runs on whatever thread completes an attempt; one attempt begins only after the one before has ended,
 * so that no two threads are in it at once. {@link #abandon} may be called by any thread.
 */
final class SendLoop {

    /** A refusal is soon known again, so that waiting for long would only delay the bad news. */
    private static final Duration AFTER_REFUSAL = Duration.ofMillis(100);
    /** A broker that is restarted needs a second or two. */
    private static final Duration AFTER_BROKER_FAILED = Duration.ofMillis(750);

    private static final int GROWTH = 3;
    private static final int MAX_GROWTHS = 3;

    private final SendContext context;
    private final BrokerSelector selector;
    private final SendOrder order;
    private final SendBudget budget;
    private final @Nullable Throwable before;
    private final CompletableFuture<SendReceipt> outcome = new CompletableFuture<>();
    /** Names of brokers that are passed over while another is left. Replaced, never changed. */
    private Set<String> tried = Set.of();

    /** Those that have ended. */
    private volatile List<Attempt> attempts = List.of();
    /** The attempt that began last. */
    private volatile @Nullable Begun begun;
    /** The search for a route that is under way. */
    private volatile @Nullable RouteSearch search;
    /** Why there was no route, where the send ends with that. */
    private volatile @Nullable Throwable noRoute;

    private int pauses;
    /** Whether a broker that has not answered, or refused for another reason, may have the topic that others do not have. */
    private boolean otherMayHaveIt;

    /** An attempt that goes to a broker. @param number how many ended before it */
    private record Begun(int number, TargetQueue target, long startNanos) {}

    SendLoop(SendContext context, BrokerSelector selector, SendOrder order, SendBudget budget) {
        this(context, selector, order, budget, null);
    }

    /** @param before why no route was found when one was looked for before this began; null where none was looked for */
    SendLoop(
            SendContext context,
            BrokerSelector selector,
            SendOrder order,
            SendBudget budget,
            @Nullable Throwable before) {
        this.before = before;
        this.context = context;
        this.selector = selector;
        this.order = order;
        this.budget = budget;
    }

    /** Completes once: with the receipt, or exceptionally with a {@link SendFailedException}. */
    CompletableFuture<SendReceipt> outcome() {
        return outcome;
    }

    void start() {
        next();
    }

    /** Ends the send now, if it has not ended; an attempt in progress is left to itself. */
    void abandon(String reason) {
        RouteSearch searching = search;
        if (searching != null) {
            noRoute = searching.lastError();
        }
        abandonAttempt(reason);
        if (searching != null) {
            searching.giveUp();
        }
    }

    private void abandonAttempt(String reason) {
        // In this order: if it ends meanwhile, it is seen among those that have.
        Begun last = begun;
        List<Attempt> ended = attempts;
        if (last == null || last.number() != ended.size()) {
            fail(reason, ended);
            return;
        }
        TargetQueue target = last.target();
        fail(
                reason,
                with(
                        ended,
                        new Attempt(
                                target.brokerName(),
                                target.address(),
                                target.queueId(),
                                elapsed(last.startNanos()),
                                Outcome.TIMED_OUT,
                                "no answer yet")));
    }

    private void next() {
        if (outcome.isDone()) {
            return;
        }
        try {
            long startNanos = context.clock().nanos();
            CompletableFuture<PublishRoute> route = context.routes().publishRoute(order.topic());
            if (route.isDone() && !route.isCompletedExceptionally()) {
                PublishRoute published = route.join();
                List<TargetQueue> queues = queues(published);
                if (!queues.isEmpty()) {
                    attempt(startNanos, published, queues);
                    return;
                }
            }
            if (before != null && budget.remaining().isZero()) {
                noRoute(startNanos, before);
            } else {
                search(startNanos);
            }
        } catch (RuntimeException | Error e) {
            endIn(e);
        }
    }

    private List<TargetQueue> queues(PublishRoute published) {
        return context.targetQueues()
                .of(order.topic(), published, order.settings().defaultTopicQueueCount());
    }

    /** As nothing is sent meanwhile, it counts as no attempt. */
    private void search(long startNanos) {
        RouteSearch begun = RouteSearch.begin(
                context.routes(),
                context.loop(),
                order.topic(),
                budget,
                published -> !queues(published).isEmpty());
        search = begun;
        begun.found()
                .handle((published, error) -> {
                    search = null;
                    if (outcome.isDone()) {
                        return null;
                    }
                    if (error == null) {
                        attempt(startNanos, published, queues(published));
                    } else {
                        noRoute(startNanos, Causes.of(error));
                    }
                    return null;
                })
                .exceptionally(this::endIn);
    }

    private void noRoute(long startNanos, Throwable error) {
        noRoute = error;
        record(new Attempt("", "", -1, elapsed(startNanos), Outcome.NOT_SENT, Causes.text(error)));
        fail(
                error instanceof TopicMissingException
                        ? "no broker has the topic, which is not retried"
                        : "there was no route within " + budget.total().toMillis() + " ms");
    }

    private void attempt(long startNanos, PublishRoute published, List<TargetQueue> queues) {
        Duration timeout = budget.forAttempt(attempts.size() + 1 >= order.maxAttempts());
        if (timeout.isZero()) {
            record(new Attempt("", "", -1, elapsed(startNanos), Outcome.NOT_SENT, "no time was left"));
            fail("the time of " + budget.total().toMillis() + " ms is over");
        } else if (order.queue() != null || order.message().orderingKey() != null) {
            attemptAtOneQueue(startNanos, published, queues, timeout);
        } else {
            TargetQueue target = selector.select(queues, tried);
            tried = with(tried, target.brokerName());
            attempt(startNanos, target, timeout, isAnyUntried(queues));
        }
    }

    private static Set<String> with(Set<String> names, String name) {
        if (names.isEmpty()) {
            return Set.of(name);
        }
        Set<String> more = new HashSet<>(names);
        more.add(name);
        return more;
    }

    private boolean isAnyUntried(List<TargetQueue> queues) {
        for (TargetQueue queue : queues) {
            if (!tried.contains(queue.brokerName())) {
                return true;
            }
        }
        return false;
    }

    private void attempt(long startNanos, TargetQueue target, Duration timeout, boolean othersLeft) {
        begun = new Begun(attempts.size(), target, startNanos);
        exchange(target, timeout).whenComplete((verdict, bug) -> {
            try {
                if (bug == null) {
                    judge(target, verdict, elapsed(startNanos), othersLeft);
                } else {
                    endIn(bug);
                }
            } catch (RuntimeException | Error e) {
                endIn(e);
            }
        });
    }

    /**
     * Each attempt goes to the queue that was chosen, or to that of the ordering key: on another one, later messages might
     * overtake this one.
     */
    private void attemptAtOneQueue(
            long startNanos, PublishRoute published, List<TargetQueue> queues, Duration timeout) {
        OrderedQueues.Queue wanted = onlyQueue(published);
        for (TargetQueue queue : queues) {
            if (wanted != null && wanted.equals(new OrderedQueues.Queue(queue.brokerName(), queue.queueId()))) {
                attempt(startNanos, queue, timeout, false);
                return;
            }
        }
        String broker = wanted == null ? "" : wanted.brokerName();
        int queueId = wanted == null ? -1 : wanted.queueId();
        record(new Attempt(broker, "", queueId, elapsed(startNanos), Outcome.NOT_SENT, whyNotElsewhere()));
        context.routes().refresh(order.topic());
        retry(false, true);
    }

    private OrderedQueues.@Nullable Queue onlyQueue(PublishRoute published) {
        SendQueue chosen = order.queue();
        if (chosen != null) {
            return new OrderedQueues.Queue(chosen.brokerName(), chosen.queueId());
        }
        String key = String.valueOf(order.message().orderingKey());
        return context.orderedQueues()
                .of(order.topic(), key, published, order.settings().defaultTopicQueueCount());
    }

    private String whyNotElsewhere() {
        return order.queue() != null
                ? "the route has no master with the chosen queue " + order.queue()
                : "the broker with the queue of ordering key '"
                        + order.message().orderingKey()
                        + "' has no master in the route, and its messages must not overtake each other on another queue";
    }

    /** An error of this class itself must not leave the sender waiting. */
    private @Nullable Void endIn(Throwable bug) {
        SendFailedException failed =
                new SendFailedException("the client itself met an error: " + bug, order.message(), attempts);
        failed.initCause(Causes.of(bug));
        outcome.completeExceptionally(failed);
        return null;
    }

    private CompletableFuture<SendVerdict> exchange(TargetQueue target, Duration timeout) {
        try {
            Command request = order.requestTo(target, mayBeHeldBy(target));
            if (order.oneWay()) {
                return context.remote()
                        .sendOneWay(target.address(), request)
                        .handle((written, error) ->
                                error == null ? SendVerdict.written(target) : SendVerdict.onError(error));
            }
            return context.remote()
                    .invoke(target.address(), request, timeout)
                    .handle((answer, error) -> error == null ? verdict(answer) : SendVerdict.onError(error));
        } catch (RuntimeException e) {
            return CompletableFuture.completedFuture(SendVerdict.onError(e));
        }
    }

    private SendVerdict verdict(Command answer) {
        return order.isReply()
                ? SendVerdict.onAnswerToReply(answer)
                : SendVerdict.onAnswer(answer, order.settings().retryAnotherBrokerWhenNotStoreOK());
    }

    private boolean mayBeHeldBy(TargetQueue target) {
        for (Attempt attempt : attempts) {
            if (attempt.outcome().mayBeStored() && attempt.brokerName().equals(target.brokerName())) {
                return true;
            }
        }
        return false;
    }

    private void judge(TargetQueue target, SendVerdict verdict, Duration elapsed, boolean othersLeft) {
        record(new Attempt(
                target.brokerName(), target.address(), target.queueId(), elapsed, verdict.outcome(), verdict.detail()));
        Reason failure = verdict.failure();
        if (failure != null) {
            context.health().failed(target.address(), failure);
        } else if (verdict.stored() != null) {
            context.health().succeeded(target.address());
        }
        SendMessageResponse stored = verdict.stored();
        if (verdict.outcome() == Outcome.SEND_OK && stored != null) {
            outcome.complete(receipt(target, stored));
        } else if (verdict.retry() == Retry.NOWHERE) {
            boolean forGood = verdict.stored() == null && !verdict.outcome().mayBeStored();
            outcome.completeExceptionally(new SendFailedException(
                    "the broker answered " + verdict.outcome() + ", which is not retried",
                    order.message(),
                    attempts,
                    order.bornTimestamp(),
                    forGood));
        } else {
            context.routes().refresh(order.topic());
            otherMayHaveIt |= verdict.retry() != Retry.ELSEWHERE;
            if (verdict.retry() == Retry.ELSEWHERE && !othersLeft && !otherMayHaveIt) {
                fail("the broker answered " + verdict.detail() + ", and no other one is left to be tried");
            } else {
                retry(othersLeft, failure != null || verdict.retry() == Retry.ELSEWHERE);
            }
        }
    }

    /** @param mayComeBack whether a broker seems to be gone for the moment, rather than to have refused */
    private void retry(boolean othersLeft, boolean mayComeBack) {
        if (attempts.size() >= order.maxAttempts()) {
            fail("none of " + attempts.size() + " attempt(s) ended in SEND_OK");
        } else if (budget.remaining().isZero()) {
            fail("the time of " + budget.total().toMillis() + " ms is over");
        } else if (othersLeft) {
            next();
        } else {
            pauseThenRetry(mayComeBack ? AFTER_BROKER_FAILED : AFTER_REFUSAL);
        }
    }

    /** Every broker has failed: a moment later, any but the last may be tried again. */
    private void pauseThenRetry(Duration first) {
        String last = attempts.get(attempts.size() - 1).brokerName();
        tried = Set.of(last);
        Duration about = first.multipliedBy((long) Math.pow(GROWTH, Math.min(pauses++, MAX_GROWTHS)));
        Duration pause = budget.pause(about, ThreadLocalRandom.current().nextDouble());
        context.loop().schedule(pause, this::next);
    }

    private SendReceipt receipt(TargetQueue target, SendMessageResponse stored) {
        String uniqueId = order.message().uniqueId();
        return new SendReceipt(
                SendStatus.SEND_OK,
                uniqueId == null ? stored.messageId() : uniqueId,
                stored.messageId(),
                order.topic(),
                target.brokerName(),
                stored.queueId(),
                stored.queueOffset(),
                stored.recallHandle(),
                attempts);
    }

    private void fail(String reason) {
        fail(reason, attempts);
    }

    private void fail(String reason, List<Attempt> made) {
        SendFailedException failed =
                new SendFailedException(reason, order.message(), made, order.bornTimestamp(), false);
        Throwable cause = noRoute;
        if (cause != null) {
            failed.initCause(cause);
        }
        outcome.completeExceptionally(failed);
    }

    private void record(Attempt attempt) {
        attempts = with(attempts, attempt);
    }

    private static List<Attempt> with(List<Attempt> attempts, Attempt attempt) {
        if (attempts.isEmpty()) {
            return List.of(attempt);
        }
        List<Attempt> more = new ArrayList<>(attempts);
        more.add(attempt);
        return List.copyOf(more);
    }

    private Duration elapsed(long startNanos) {
        return Duration.ofNanos(context.clock().nanos() - startNanos);
    }
}
