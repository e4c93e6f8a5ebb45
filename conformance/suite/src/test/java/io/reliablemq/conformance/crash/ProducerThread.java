package io.reliablemq.conformance.crash;

import io.reliablemq.conformance.crash.SentMessages.Acknowledged;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** Sends numbered messages one after the other, through every crash, until it is stopped. */
final class ProducerThread {

    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(100);
    private static final long UNDISTURBED_NANOS = Duration.ofSeconds(1).toNanos();

    private final String name;
    private final Sender sender;
    private final String topic;
    private final ToIntFunction<String> delayLevel;
    private final SentMessages sent;
    private final Kills kills;
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Thread thread;
    private volatile @Nullable Throwable error;

    /** @param delayLevel of a message by its id; 0 for none */
    ProducerThread(
            String name,
            Sender sender,
            String topic,
            ToIntFunction<String> delayLevel,
            SentMessages sent,
            Kills kills) {
        this.name = name;
        this.sender = sender;
        this.topic = topic;
        this.delayLevel = delayLevel;
        this.sent = sent;
        this.kills = kills;
        this.thread = new Thread(this::run, "producer-" + name);
        thread.setUncaughtExceptionHandler((unused, failure) -> error = failure);
    }

    static String producerOf(String id) {
        return id.substring(0, id.lastIndexOf('/'));
    }

    static long numberOf(String id) {
        return Long.parseLong(id.substring(id.lastIndexOf('/') + 1));
    }

    ProducerThread start() {
        thread.start();
        return this;
    }

    private void run() {
        try {
            for (int number = 0; stop.getCount() > 0; number++) {
                sent.awaitAllowance();
                send(name + "/" + number);
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts a producer", e);
        }
    }

    private void send(String id) throws InterruptedException {
        sent.trying(id);
        int killsBefore = kills.moment();
        long start = System.nanoTime();
        try {
            OutgoingMessage message = OutgoingMessage.of(topic, LoadThreads.body(id))
                    .withKeys(id)
                    .withDelayLevel(delayLevel.applyAsInt(id));
            Receipt receipt = sender.send(message);
            boolean undisturbed = kills.noneSince(killsBefore) && System.nanoTime() - start < UNDISTURBED_NANOS;
            sent.acknowledged(new Acknowledged(id, receipt, undisturbed));
        } catch (SendFailure failure) {
            sent.failed();
            stop.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    /** Asks it to stop after the send that is under way. */
    void stop() {
        stop.countDown();
    }

    /** @throws AssertionError if it died, or does not end within the bound */
    void join(Duration bound) throws InterruptedException {
        thread.join(bound.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError("The producer " + name + " still sends after " + bound);
        }
        if (error != null) {
            throw new AssertionError("The producer " + name + " died", error);
        }
    }
}
