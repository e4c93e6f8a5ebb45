package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.protocol.message.StoredMessage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * Hands out the messages of each queue one after the other, and of a queue that is shared only while its lock is held. A
 * message that failed is tried again in place, and those behind it wait. Thread-safe: of each queue one thread at a time is
 * at work, the one that has made it busy.
 */
final class OrderlyService implements ConsumeService {

    private final PushConsumerSettings settings;
    private final Workers workers;
    private final Listening listening;
    private final Supplier<Failures> failures;
    private final ConsumerContext context;
    private final Map<ProcessQueue, Turn> turns = new ConcurrentHashMap<>();

    /** What is going on in one queue. */
    private static final class Turn {
        private final AtomicBoolean busy = new AtomicBoolean();
        /** Failed attempts by offset. */
        private final Map<Long, Failed> failed = new ConcurrentHashMap<>();
        /** Offsets of messages that had their last attempt and are on their way to the dead letters. */
        private final Set<Long> leaving = ConcurrentHashMap.newKeySet();
    }

    /** What failed here. @param firstAtMs of the wall clock */
    private record Failed(int times, long firstAtMs) {

        static final Failed NEVER = new Failed(0, 0);

        Failed andAgain() {
            return new Failed(times + 1, firstAtMs);
        }
    }

    /** @param failures asked for when they are needed, since they wake this service in turn */
    OrderlyService(
            PushConsumerSettings settings,
            Workers workers,
            Listening listening,
            Supplier<Failures> failures,
            ConsumerContext context) {
        this.settings = settings;
        this.workers = workers;
        this.listening = listening;
        this.failures = failures;
        this.context = context;
    }

    @Override
    public void submit(ProcessQueue queue, List<StoredMessage> messages) {
        wake(queue);
    }

    @Override
    public void wake(ProcessQueue queue) {
        Turn turn = turns.computeIfAbsent(queue, key -> new Turn());
        if (queue.isDropped()) {
            // Only now: one that is dropped after this look is forgotten after it.
            forget(queue);
            return;
        }
        if (turn.busy.compareAndSet(false, true)) {
            workers.submit(slot -> run(queue, turn, slot));
        }
    }

    @Override
    public void forget(ProcessQueue queue) {
        turns.remove(queue);
    }

    private void run(ProcessQueue queue, Turn turn, Workers.Slot slot) {
        List<Delivery> next = next(queue, turn);
        if (next.isEmpty() || !queue.begin()) {
            workers.handsOut(0);
            slot.release();
            turn.busy.set(false);
            // What came between the look and the line above found the queue busy, and nobody else looks.
            if (next.isEmpty() && !next(queue, turn).isEmpty()) {
                wake(queue);
            }
            return;
        }
        workers.handsOut(next.size());
        listening.call(next, new Listening.Ending() {
            @Override
            public void judged(List<Verdict> verdicts) {
                settle(queue, turn, next, verdicts, slot);
            }

            @Override
            public void returned() {}
        });
    }

    private List<Delivery> next(ProcessQueue queue, Turn turn) {
        long finished = queue.commitOffset();
        turn.leaving.removeIf(offset -> offset < finished);
        if (queue.isDropped() || !settings.isBroadcasting() && !queue.isHeld()) {
            return List.of();
        }
        List<Delivery> next = new ArrayList<>();
        for (StoredMessage message : queue.first(listening.batchSize())) {
            if (turn.leaving.contains(message.queueOffset())) {
                break;
            }
            Failed failed = turn.failed.getOrDefault(message.queueOffset(), Failed.NEVER);
            next.add(new Delivery(queue, message, failed.times(), failed.firstAtMs(), Delivery.Returns.NONE));
        }
        return next;
    }

    private void settle(
            ProcessQueue queue, Turn turn, List<Delivery> deliveries, List<Verdict> verdicts, Workers.Slot slot) {
        AtomicInteger open = new AtomicInteger(deliveries.size());
        Duration pause = Duration.ZERO;
        List<Integer> leaving = new ArrayList<>();
        for (int i = 0; i < deliveries.size(); i++) {
            Delivery delivery = deliveries.get(i);
            Verdict verdict = verdicts.get(i);
            long offset = delivery.message().queueOffset();
            if (verdict.isDone()) {
                turn.failed.remove(offset);
                delivery.finish();
            } else if (verdict.isDeadLetter() || delivery.failedBefore() >= settings.maxReconsumeTimes()) {
                turn.leaving.add(offset);
                leaving.add(i);
                continue;
            } else {
                turn.failed.merge(offset, new Failed(1, context.clock().wallMs()), (before, now) -> before.andAgain());
                Duration wanted = settings.retries().localDelay(delivery.failedBefore());
                pause = wanted.compareTo(pause) > 0 ? wanted : pause;
            }
            open.decrementAndGet();
        }
        Duration untilNext = pause;
        if (leaving.isEmpty()) {
            settled(queue, turn, untilNext, slot);
        }
        for (int i : leaving) {
            Verdict last = new Verdict(Verdict.Kind.DEAD_LETTER, verdicts.get(i).cause());
            failures.get().take(deliveries.get(i), last, () -> {
                if (open.decrementAndGet() == 0) {
                    settled(queue, turn, untilNext, slot);
                }
            });
        }
    }

    private void settled(ProcessQueue queue, Turn turn, Duration pause, Workers.Slot slot) {
        queue.end();
        slot.release();
        if (pause.isZero()) {
            goOn(queue, turn);
        } else {
            context.loop().scheduleForMessage(pause, () -> goOn(queue, turn));
        }
    }

    private void goOn(ProcessQueue queue, Turn turn) {
        turn.busy.set(false);
        if (!queue.isDropped()) {
            wake(queue);
        }
    }
}
