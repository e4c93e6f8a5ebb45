package io.reliablemq.client.consumer;

import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/** Hands messages out as they come, several at once, and of those that wait the urgent ones first. Thread-safe. */
final class ConcurrentService implements ConsumeService {

    private final Workers workers;
    private final Listening listening;
    private final Supplier<Failures> failures;

    /** @param failures asked for when they are needed, since they hand messages to this service in turn */
    ConcurrentService(Workers workers, Listening listening, Supplier<Failures> failures) {
        this.workers = workers;
        this.listening = listening;
        this.failures = failures;
    }

    /** One call of the listener, as urgent as the most urgent of its messages. */
    private final class Call implements Workers.Work {

        private final ProcessQueue queue;
        private final List<Delivery> deliveries;
        private final int priority;

        Call(ProcessQueue queue, List<Delivery> deliveries) {
            this.queue = queue;
            this.deliveries = deliveries;
            int greatest = 0;
            for (Delivery delivery : deliveries) {
                greatest = Math.max(
                        greatest, MessageProperties.priority(delivery.message().properties()));
            }
            this.priority = greatest;
        }

        @Override
        public void run(Workers.Slot slot) {
            consume(queue, deliveries, slot);
        }

        @Override
        public int priority() {
            return priority;
        }
    }

    @Override
    public void submit(ProcessQueue queue, List<StoredMessage> messages) {
        int batch = listening.batchSize();
        List<Workers.Work> calls = new ArrayList<>();
        for (int from = 0; from < messages.size(); from += batch) {
            calls.add(new Call(queue, deliveries(queue, messages, from, Math.min(messages.size(), from + batch))));
        }
        workers.submit(calls);
    }

    private static List<Delivery> deliveries(ProcessQueue queue, List<StoredMessage> messages, int from, int to) {
        Delivery[] deliveries = new Delivery[to - from];
        for (int i = from; i < to; i++) {
            deliveries[i - from] = new Delivery(queue, messages.get(i));
        }
        return List.of(deliveries);
    }

    /** Hands out a message once more that waited here for another attempt. */
    void again(Delivery delivery) {
        workers.submit(new Call(delivery.queue(), List.of(delivery)));
    }

    private void consume(ProcessQueue queue, List<Delivery> deliveries, Workers.Slot slot) {
        if (!queue.begin()) {
            workers.handsOut(0);
            slot.release();
            return;
        }
        workers.handsOut(deliveries.size());
        // The slot is free once all messages are settled and the listener, which may be late, has returned.
        AtomicInteger open = new AtomicInteger(2);
        Runnable ended = () -> {
            if (open.decrementAndGet() == 0) {
                slot.release();
            }
        };
        listening.call(deliveries, new Listening.Ending() {
            @Override
            public void judged(List<Verdict> verdicts) {
                if (deliveries.size() == 1 && verdicts.get(0).isDone()) {
                    deliveries.get(0).finishAndEnd();
                    ended.run();
                } else {
                    settle(deliveries, verdicts, () -> {
                        queue.end();
                        ended.run();
                    });
                }
            }

            @Override
            public void returned() {
                ended.run();
            }
        });
    }

    private void settle(List<Delivery> deliveries, List<Verdict> verdicts, Runnable allSettled) {
        AtomicInteger open = new AtomicInteger(deliveries.size());
        Runnable settled = () -> {
            if (open.decrementAndGet() == 0) {
                allSettled.run();
            }
        };
        for (int i = 0; i < deliveries.size(); i++) {
            if (verdicts.get(i).isDone()) {
                deliveries.get(i).finish();
                settled.run();
            } else {
                failures.get().take(deliveries.get(i), verdicts.get(i), settled);
            }
        }
    }
}
