package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Queues whose messages are handled at once, and which pass between members without locks: whoever gives one up lets its
 * listeners end for a moment and stores the offset behind them; whoever gets one from a member that is still there waits a little
 * longer than that before asking for the offset. Owned by the thread {@code rmq-client}.
 *
 * <p>Nobody tells anybody anything, so that it works among members on any broker; a listener that takes longer has its message
 * handled by the next member as well.
 */
final class DrainedQueues implements QueueOwnership {

    private static final Logger log = LoggerFactory.getLogger(DrainedQueues.class);

    /** How long listeners may take to end when their queue goes to another member. */
    static final Duration TO_END = Duration.ofSeconds(1);

    /** The other member hears of the change at the same moment, or a little later. */
    static final Duration UNTIL_DRAINED = TO_END.plusMillis(500);

    private final String group;
    private final ConsumerContext context;

    private final LeavingQueues leaving;

    /** Until when another member may still be at work, by the clock's nanoseconds. */
    private final Map<Queue, Long> drainedAt = new HashMap<>();

    DrainedQueues(String group, ConsumerContext context) {
        this.group = group;
        this.context = context;
        this.leaving = new LeavingQueues(group, context);
    }

    @Override
    public void handedOver(Set<Queue> queues) {
        long until = context.clock().nanos() + UNTIL_DRAINED.toNanos();
        queues.forEach(queue -> drainedAt.put(queue, until));
    }

    @Override
    public CompletableFuture<Long> acquire(Queue queue) {
        if (leaving.contains(queue)) {
            return LeavingQueues.refusal();
        }
        Long until = drainedAt.remove(queue);
        long left = until == null ? 0 : until - context.clock().nanos();
        if (left <= 0) {
            return CompletableFuture.completedFuture(0L);
        }
        log.debug("Group '{}' gets {} from another member, which ends its work first", group, queue);
        CompletableFuture<Long> drained = new CompletableFuture<>();
        context.loop().schedule(Duration.ofNanos(left), () -> drained.complete(0L));
        return drained;
    }

    @Override
    public void giveUp(Queue queue, ProcessQueue window, Supplier<CompletableFuture<Void>> commit, Runnable drop) {
        Runnable end = () -> {
            leaving.end(queue, window);
            leaving.store(queue, commit);
            drop.run();
        };
        leaving.begin(queue, window, TO_END, end, end);
    }

    @Override
    public void abandon(Queue queue) {
        drainedAt.remove(queue);
    }
}
