package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.PeriodicTask;
import io.reliablemq.client.api.ConsumerFigures;
import io.reliablemq.client.api.PushConsumerSettings;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The parts of one consumer, put together as its settings say. Made by any thread; each part names its own. */
final class ConsumerParts implements AutoCloseable {

    private final PushConsumerSettings settings;
    private final ConsumerContext context;
    private final Workers workers;
    private final Leases leases;
    private final ConsumeService service;
    private final Failures failures;
    private final QueueBounds bounds;
    private final OffsetStore offsets;
    private final CacheBudget budget;
    private final AssignedQueues assigned;
    private final StuckWatch stuckWatch;
    private final PeriodicTask renewals;

    ConsumerParts(
            PushConsumerSettings settings, Subscriptions subscriptions, Handler handler, ConsumerContext context) {
        this.settings = settings;
        this.context = context;
        this.workers = new Workers(
                settings.group(),
                settings.threads(),
                settings.executor(),
                new Rate(settings.maxMessagesPerSecond(), context.clock()),
                context.loop(),
                context.clock());
        this.leases = new Leases(settings, context);
        this.budget = new CacheBudget(settings.cache());
        Listening listening = new Listening(settings, handler, leases);
        if (settings.isOrderly()) {
            OrderlyService orderly = new OrderlyService(settings, workers, listening, this::failures, context);
            this.service = orderly;
            this.failures = failures(delivery -> orderly.wake(delivery.queue()), orderly::wake);
        } else {
            ConcurrentService concurrent = new ConcurrentService(workers, listening, this::failures);
            this.service = concurrent;
            this.failures = failures(concurrent::again, queue -> {});
        }
        this.bounds = new QueueBounds(settings.consumeFrom(), settings.consumeTimestamp(), context);
        this.offsets = offsets();
        QueueOwnership ownership = ownership();
        this.assigned = new AssignedQueues(
                new PullLoop.PullSettings(
                        settings.group(),
                        subscriptions,
                        Math.min(settings.pullBatchSize(), settings.cache().maxMessagesPerQueue()),
                        settings.events(),
                        window -> !settings.isBroadcasting() && ownership.mayCommit(window)),
                settings.commitInterval(),
                offsets,
                service,
                ownership,
                budget,
                context);
        this.stuckWatch = new StuckWatch(settings, assigned::windows, context);
        this.renewals = new PeriodicTask(context.loop(), QueueLocks.RENEWAL, assigned::renew);
    }

    private Failures failures(Consumer<Delivery> again, Consumer<ProcessQueue> finished) {
        return settings.isBroadcasting()
                ? new LocalRetries(settings, context, again, finished)
                : new GiveBack(
                        settings.group(),
                        new SendBack(settings, context),
                        new RetryCopies(settings, context),
                        context,
                        again,
                        finished);
    }

    private QueueOwnership ownership() {
        if (settings.isBroadcasting()) {
            return QueueOwnership.UNSHARED;
        }
        return settings.isOrderly()
                ? new LockedQueues(settings.group(), settings.consumeTimeout(), context)
                : new DrainedQueues(settings.group(), context);
    }

    private OffsetStore offsets() {
        return settings.offsetFolder() == null || !settings.isBroadcasting()
                ? new BrokerOffsets(settings, bounds, context)
                : new LocalOffsets(
                        settings.offsetFolder(),
                        bounds,
                        context.blocking(),
                        context.settings().requestTimeout());
    }

    Workers workers() {
        return workers;
    }

    Leases leases() {
        return leases;
    }

    Failures failures() {
        return failures;
    }

    AssignedQueues assigned() {
        return assigned;
    }

    /** On the thread {@code rmq-client}. */
    void start() {
        bounds.start();
        assigned.start();
        leases.start();
        stuckWatch.start();
        if (settings.isOrderly()) {
            renewals.start();
        }
    }

    ConsumerFigures figures() {
        long now = context.clock().nanos();
        List<Duration> ages = assigned.windows().stream()
                .flatMap(window -> Stream.ofNullable(age(window, now)))
                .toList();
        return new ConsumerFigures(
                assigned.queues().size(),
                budget.messages(),
                budget.bytes(),
                workers.running(),
                failures.waiting(),
                (int) ages.stream()
                        .filter(age -> age.compareTo(settings.stuckAfter()) >= 0)
                        .count(),
                ages.stream().max(Duration::compareTo).orElse(Duration.ZERO),
                leases.timedOut());
    }

    /** Messages behind the end of each topic's queues that are here, the ends asked of the brokers. */
    CompletableFuture<Map<String, Long>> lag() {
        Map<String, Long> lag = new ConcurrentHashMap<>();
        CompletableFuture<?>[] questions = assigned.windows().stream()
                .map(window -> bounds.max(window.queue())
                        .thenAccept(end ->
                                lag.merge(window.queue().topic(), Math.max(0, end - window.commitOffset()), Long::sum)))
                .toArray(CompletableFuture[]::new);
        return CompletableFuture.allOf(questions).thenApply(all -> Map.copyOf(lag));
    }

    private static @Nullable Duration age(ProcessQueue window, long now) {
        ProcessQueue.Oldest oldest = window.oldest(Long.MAX_VALUE);
        return oldest == null ? null : Duration.ofNanos(now - oldest.sinceNanos());
    }

    /** Ends what still runs. To be called when all queues are given up, so that it does not count as a failed attempt. */
    @Override
    public void close() {
        renewals.stop();
        leases.stop();
        stuckWatch.stop();
        workers.end();
        offsets.close();
    }
}
