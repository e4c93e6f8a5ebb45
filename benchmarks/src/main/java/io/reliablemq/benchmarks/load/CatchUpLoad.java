package io.reliablemq.benchmarks.load;

import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.MessageLibrary;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.function.Supplier;

/** Consumers that work off a backlog, each of a new group. Each message counts once, however often it comes. */
final class CatchUpLoad {

    private static final Duration BOUND = Duration.ofMinutes(10);

    private static final int COUNTED = 3;

    private final AtomicIntegerArray seen;
    private final AtomicInteger distinct = new AtomicInteger();
    private final AtomicInteger repeated = new AtomicInteger();
    private final AtomicBoolean begun = new AtomicBoolean();
    private final AtomicLong firstAt = new AtomicLong();
    private final CountDownLatch complete = new CountDownLatch(1);
    private volatile long lastAt;

    private CatchUpLoad(int messages) {
        this.seen = new AtomicIntegerArray(messages);
    }

    /**
     * @param untilFirst from the start of the consumer to its first message
     * @param rate messages a second from the first to the last
     * @param brokerMicros the broker's processor time a message, in us
     * @param clientMicros that of this process, which is next to all the client's
     */
    record Outcome(Duration untilFirst, double rate, double brokerMicros, double clientMicros, int repeated) {

        Outcome withRepeated(int inAllReadings) {
            return new Outcome(untilFirst, rate, brokerMicros, clientMicros, inAllReadings);
        }
    }

    /**
     * Reads over and over, for as long as the compilers of both sides may need to come to rest, and then three times more, of which that in the middle
     * counts, but for what came twice in any of them.
     *
     * @param reading reads all of the backlog, by a group of that name
     */
    static Outcome settled(Duration warmUp, Function<String, Outcome> reading) {
        long begin = System.nanoTime();
        List<Outcome> all = new ArrayList<>();
        do {
            all.add(reading.apply("reader-" + all.size()));
        } while (System.nanoTime() - begin < warmUp.toNanos());
        int before = all.size();
        while (all.size() < before + COUNTED) {
            all.add(reading.apply("reader-" + all.size()));
        }
        Outcome middle = all.subList(before, all.size()).stream()
                .sorted(Comparator.comparingDouble(Outcome::rate))
                .toList()
                .get(COUNTED / 2);
        return middle.withRepeated(all.stream().mapToInt(Outcome::repeated).sum());
    }

    /** @param processorTime of the broker's process */
    static Outcome run(
            MessageLibrary library,
            String nameServers,
            String group,
            String topic,
            int messages,
            Supplier<Duration> processorTime) {
        CatchUpLoad load = new CatchUpLoad(messages);
        Duration broker = processorTime.get();
        Duration client = Machine.processorTimeOfDriver();
        long start = System.nanoTime();
        try (Receiver receiver = library.receiver(nameServers, Subscription.of(group, topic), load::receive)) {
            load.awaitAll(receiver, topic);
            broker = processorTime.get().minus(broker);
            client = Machine.processorTimeOfDriver().minus(client);
        }
        double seconds = (load.lastAt - load.firstAt.get()) / 1e9;
        return new Outcome(
                Duration.ofNanos(load.firstAt.get() - start),
                (messages - 1) / seconds,
                broker.toNanos() / 1e3 / messages,
                client.toNanos() / 1e3 / messages,
                load.repeated.get());
    }

    private void awaitAll(Receiver receiver, String topic) {
        try {
            if (!complete.await(BOUND.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException(distinct.get() + " of " + seen.length() + " messages came within "
                        + BOUND.toSeconds() + " s, from " + receiver.queuesOf(topic));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Interrupted while catching up", e);
        }
    }

    private Listener.Outcome receive(IncomingMessage message) {
        if (!begun.get() && begun.compareAndSet(false, true)) {
            firstAt.set(System.nanoTime());
        }
        if (seen.getAndSet((int) Payload.numberOf(message.body()), 1) != 0) {
            repeated.incrementAndGet();
        } else if (distinct.incrementAndGet() == seen.length()) {
            lastAt = System.nanoTime();
            complete.countDown();
        }
        return Listener.Outcome.CONSUME_SUCCESS;
    }
}
