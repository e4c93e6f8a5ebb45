package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Sender;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** Asynchronous sends by one thread, which sends on whenever less than so many are under way. */
final class AsyncLoad {

    private static final Duration RUN_IN = Duration.ofMillis(200);
    private static final long TOP_NANOS = Duration.ofMinutes(1).toNanos();

    private final Sender sender;
    private final String topic;
    private final Payload payload;
    private final int depth;

    AsyncLoad(Sender sender, String topic, Payload payload, int depth) {
        this.sender = sender;
        this.topic = topic;
        this.payload = payload;
        this.depth = depth;
    }

    /**
     * @param processorTime of the process under load
     * @throws IllegalStateException if nothing at all was acknowledged
     */
    SendLoad.Outcome run(Duration time, Supplier<Duration> processorTime) {
        Histogram latency = new ConcurrentHistogram(TOP_NANOS, 3);
        AtomicLong failed = new AtomicLong();
        Semaphore free = new Semaphore(depth);
        long from = System.nanoTime() + RUN_IN.toNanos();
        long until = from + time.toNanos();
        Thread feeding = new Thread(() -> feed(free, from, until, latency, failed), "async-sender");
        feeding.start();
        Waiting.untilNanos(from);
        Duration broker = processorTime.get();
        Duration driver = Machine.processorTimeOfDriver();
        Waiting.untilNanos(until);
        Duration brokerUsed = processorTime.get().minus(broker);
        Duration driverUsed = Machine.processorTimeOfDriver().minus(driver);
        awaitEnd(feeding, free);
        if (latency.getTotalCount() == 0) {
            throw new IllegalStateException("Not one of " + failed + " asynchronous sends succeeded");
        }
        return new SendLoad.Outcome(latency.getTotalCount(), failed.get(), time, latency, brokerUsed, driverUsed);
    }

    private void feed(Semaphore free, long from, long until, Histogram latency, AtomicLong failed) {
        OutgoingMessage message = OutgoingMessage.of(topic, payload.with(0));
        while (System.nanoTime() - until < 0) {
            free.acquireUninterruptibly();
            long start = System.nanoTime();
            sender.sendAsync(message).whenComplete((receipt, failure) -> {
                long end = System.nanoTime();
                if (end - from >= 0 && end - until <= 0) {
                    if (failure == null) {
                        latency.recordValue(Math.min(end - start, TOP_NANOS));
                    } else {
                        failed.incrementAndGet();
                    }
                }
                free.release();
            });
        }
    }

    /** Every send that was begun has ended when this returns. */
    private void awaitEnd(Thread feeding, Semaphore free) {
        try {
            feeding.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending", e);
        }
        free.acquireUninterruptibly(depth);
    }
}
