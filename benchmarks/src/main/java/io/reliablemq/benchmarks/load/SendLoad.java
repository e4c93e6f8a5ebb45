package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * Synchronous sends, as many at once as there are threads, each thread the next when it has its answer. All of them
 * share one producer, as the threads of an application do.
 */
final class SendLoad {

    /** How long the load runs before it counts, so that it is in full flow from the first counted send on. */
    private static final Duration RUN_IN = Duration.ofMillis(200);

    private static final Duration FIRST_ANSWER_BOUND = Duration.ofSeconds(60);
    private static final long TOP_NANOS = Duration.ofMinutes(1).toNanos();

    private final Sender sender;
    private final List<String> topics;
    private final Payload payload;

    /** @param topics to which the messages go in turn */
    SendLoad(Sender sender, List<String> topics, Payload payload) {
        this.sender = sender;
        this.topics = topics;
        this.payload = payload;
    }

    /**
     * What one step gave.
     *
     * @param sent messages acknowledged within the time
     * @param latency of each of them in ns, from the call to the answer
     * @param processorTime what the broker's process used meanwhile
     * @param driverTime what this process used meanwhile, which is next to all the client's
     */
    record Outcome(
            long sent, long failed, Duration time, Histogram latency, Duration processorTime, Duration driverTime) {

        double rate() {
            return sent / (time.toNanos() / 1e9);
        }

        double processorMicrosPerMessage() {
            return processorTime.toNanos() / 1e3 / sent;
        }

        double driverMicrosPerMessage() {
            return driverTime.toNanos() / 1e3 / sent;
        }
    }

    /**
     * @param processorTime of the process under load
     * @throws IllegalStateException if nothing at all was sent
     */
    Outcome run(int threads, Duration time, Supplier<Duration> processorTime) {
        Window window = new Window(threads);
        ExecutorService executor = executor(threads);
        List<OutgoingMessage> messages = topics.stream()
                .map(topic -> OutgoingMessage.of(topic, payload.with(0)))
                .toList();
        try {
            List<Future<Tally>> tallies = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                // Spread over the topics, so that the threads do not go through them side by side.
                int first = (int) ((long) i * messages.size() / threads);
                tallies.add(executor.submit(() -> new Tally(window).fill(messages, first)));
            }
            window.open(time);
            Waiting.untilNanos(window.from);
            Duration before = processorTime.get();
            Duration driverBefore = Machine.processorTimeOfDriver();
            Waiting.untilNanos(window.until);
            Duration used = processorTime.get().minus(before);
            Duration driverUsed = Machine.processorTimeOfDriver().minus(driverBefore);
            return outcome(tallies, time, used, driverUsed);
        } finally {
            window.close();
            executor.shutdownNow();
        }
    }

    /** Sends messages numbered from 0; returns when all are acknowledged. A send that fails is repeated. */
    void fill(int threads, int messages) {
        AtomicInteger next = new AtomicInteger();
        ExecutorService executor = executor(threads);
        try {
            List<Future<?>> done = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                done.add(executor.submit(() -> {
                    for (int number = next.getAndIncrement(); number < messages; number = next.getAndIncrement()) {
                        sendUntilStored(number);
                    }
                }));
            }
            done.forEach(SendLoad::await);
        } finally {
            executor.shutdownNow();
        }
    }

    private void sendUntilStored(int number) {
        OutgoingMessage message = OutgoingMessage.of(topics.get(number % topics.size()), payload.with(number));
        for (int attempt = 1; ; attempt++) {
            try {
                sender.send(message);
                return;
            } catch (SendFailure e) {
                if (attempt == 10) {
                    throw e;
                }
            }
        }
    }

    private static Outcome outcome(List<Future<Tally>> tallies, Duration time, Duration used, Duration driverUsed) {
        Histogram latency = new Histogram(TOP_NANOS, 3);
        long failed = 0;
        for (Future<Tally> future : tallies) {
            Tally tally = await(future);
            latency.add(tally.latency);
            failed += tally.failed;
        }
        if (latency.getTotalCount() == 0) {
            throw new IllegalStateException("Not one of " + failed + " sends succeeded");
        }
        return new Outcome(latency.getTotalCount(), failed, time, latency, used, driverUsed);
    }

    private static ExecutorService executor(int threads) {
        AtomicInteger number = new AtomicInteger();
        return Executors.newFixedThreadPool(threads, task -> new Thread(task, "sender-" + number.incrementAndGet()));
    }

    private static <T> T await(Future<T> future) {
        try {
            return future.get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while sending", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("A sender ended: " + e.getCause(), e.getCause());
        }
    }

    /** The time that counts. It opens when every sender has had its first answer, so that no connecting is in it. */
    private static final class Window {

        private final CountDownLatch unanswered;
        private volatile long from;
        private volatile long until;
        private volatile State state = State.NOT_YET;

        private enum State {
            NOT_YET,
            OPEN,
            CLOSED
        }

        Window(int senders) {
            unanswered = new CountDownLatch(senders);
        }

        void open(Duration time) {
            try {
                if (!unanswered.await(FIRST_ANSWER_BOUND.toSeconds(), TimeUnit.SECONDS)) {
                    throw new IllegalStateException(unanswered.getCount() + " senders had no answer within "
                            + FIRST_ANSWER_BOUND.toSeconds() + " s");
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException("Interrupted while waiting for the first answers", e);
            }
            from = System.nanoTime() + RUN_IN.toNanos();
            until = from + time.toNanos();
            state = State.OPEN;
        }

        boolean isOver() {
            return state == State.CLOSED || state == State.OPEN && System.nanoTime() - until >= 0;
        }

        boolean contains(long nanos) {
            return state == State.OPEN && nanos - from >= 0 && nanos - until <= 0;
        }

        void close() {
            state = State.CLOSED;
        }
    }

    /** What one thread sent; only what was answered within the window counts. */
    private final class Tally {

        private final Histogram latency = new Histogram(TOP_NANOS, 3);
        private final Window window;
        private long failed;

        Tally(Window window) {
            this.window = window;
        }

        Tally fill(List<OutgoingMessage> messages, int first) {
            try {
                send(messages.get(first));
            } finally {
                window.unanswered.countDown();
            }
            for (int next = (first + 1) % messages.size(); !window.isOver(); next = (next + 1) % messages.size()) {
                long start = System.nanoTime();
                boolean sent = send(messages.get(next));
                long end = System.nanoTime();
                if (window.contains(end)) {
                    count(sent, end - start);
                }
            }
            return this;
        }

        private void count(boolean sent, long nanos) {
            if (sent) {
                latency.recordValue(Math.min(nanos, TOP_NANOS));
            } else {
                failed++;
            }
        }

        private boolean send(OutgoingMessage message) {
            try {
                sender.send(message);
                return true;
            } catch (SendFailure e) {
                return false;
            }
        }
    }
}
