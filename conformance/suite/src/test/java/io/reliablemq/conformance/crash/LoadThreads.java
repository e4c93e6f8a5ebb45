package io.reliablemq.conformance.crash;

import static org.awaitility.Awaitility.await;

import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receipt;
import io.reliablemq.conformance.port.SendFailure;
import io.reliablemq.conformance.port.Sender;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that send synchronously, each one message after the other, and enter what happens in a ledger.
 *
 * <p>A failed send is entered too and the thread goes on with the next message after a short pause.
 */
final class LoadThreads {

    private static final int BODY_BYTES = 1024;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(20);

    private final String topic;
    private final DeliveryLedger ledger;
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> errors = new ConcurrentLinkedQueue<>();
    private final Map<String, AtomicInteger> acknowledgedBySender = new ConcurrentHashMap<>();
    private final Map<String, AtomicInteger> acknowledgedByBroker = new ConcurrentHashMap<>();

    LoadThreads(String topic, DeliveryLedger ledger) {
        this.topic = topic;
        this.ledger = ledger;
    }

    /** Starts so many threads on this sender. */
    LoadThreads start(String senderName, Sender sender, int count) {
        acknowledgedBySender.put(senderName, new AtomicInteger());
        for (int i = 0; i < count; i++) {
            String threadName = senderName + "-" + i;
            Thread thread = new Thread(() -> run(senderName, threadName, sender), "load-" + threadName);
            thread.setUncaughtExceptionHandler((unused, error) -> errors.add(error));
            threads.add(thread);
            thread.start();
        }
        return this;
    }

    private void run(String senderName, String threadName, Sender sender) {
        for (int i = 0; stop.getCount() > 0; i++) {
            String id = topic + "/" + threadName + "/" + i;
            ledger.trying(id);
            try {
                Receipt receipt = sender.send(OutgoingMessage.of(topic, body(id)));
                ledger.acknowledged(
                        id,
                        "broker " + receipt.brokerName() + ", queue " + receipt.queueId() + ", offset "
                                + receipt.queueOffset());
                acknowledgedBySender.get(senderName).incrementAndGet();
                acknowledgedByBroker
                        .computeIfAbsent(receipt.brokerName(), unused -> new AtomicInteger())
                        .incrementAndGet();
            } catch (SendFailure failure) {
                failures.add(id + ": " + failure.getMessage());
                pause();
            }
        }
    }

    private void pause() {
        try {
            stop.await(PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("Nobody interrupts the load", e);
        }
    }

    int acknowledgedBy(String senderName) {
        return acknowledgedBySender.get(senderName).get();
    }

    int acknowledgedAt(String brokerName) {
        AtomicInteger count = acknowledgedByBroker.get(brokerName);
        return count == null ? 0 : count.get();
    }

    /** Waits until this broker has acknowledged so many more than by now. */
    void awaitMoreAt(String brokerName, int count, Duration bound) {
        int before = acknowledgedAt(brokerName);
        await("broker " + brokerName + " acknowledges messages")
                .atMost(bound)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> acknowledgedAt(brokerName) > before + count);
    }

    List<String> failures() {
        return List.copyOf(failures);
    }

    /** Lets every thread finish its send. @throws AssertionError if one died or hangs */
    void stop(Duration bound) throws InterruptedException {
        stop.countDown();
        long deadline = System.nanoTime() + bound.toNanos();
        for (Thread thread : threads) {
            thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            if (thread.isAlive()) {
                throw new AssertionError("The thread " + thread.getName() + " still sends after " + bound + ": "
                        + Arrays.toString(thread.getStackTrace()));
            }
        }
        if (!errors.isEmpty()) {
            throw new AssertionError("A load thread died", errors.peek());
        }
    }

    /** The id, filled up to 1 KiB. */
    static byte[] body(String id) {
        byte[] head = (id + "\n").getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(head, BODY_BYTES);
        Arrays.fill(body, head.length, BODY_BYTES, (byte) 'x');
        return body;
    }

    /** The id of a body that is byte for byte as it was sent; of any other, a text that no ledger knows. */
    static String idOf(byte[] body) {
        String text = new String(body, StandardCharsets.UTF_8);
        int end = text.indexOf('\n');
        String id = end < 0 ? text : text.substring(0, end);
        return Arrays.equals(body, body(id)) ? id : "damaged: " + text;
    }
}
