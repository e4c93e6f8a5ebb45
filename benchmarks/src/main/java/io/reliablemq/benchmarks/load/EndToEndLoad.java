package io.reliablemq.benchmarks.load;

import io.reliablemq.benchmarks.process.Waiting;
import io.reliablemq.conformance.port.IncomingMessage;
import io.reliablemq.conformance.port.Listener;
import io.reliablemq.conformance.port.MessageLibrary;
import io.reliablemq.conformance.port.OutgoingMessage;
import io.reliablemq.conformance.port.Receiver;
import io.reliablemq.conformance.port.Sender;
import io.reliablemq.conformance.port.Subscription;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

/**
 * Sends at a fixed rate to a consumer that waits, and measures from the moment at which each message was due, whether
 * or not the sender was late: a stall counts for every message that it held up.
 */
final class EndToEndLoad {

    private static final Duration SETTLE_BOUND = Duration.ofSeconds(60);
    private static final Duration REST_BOUND = Duration.ofSeconds(30);
    private static final long TOP_NANOS = Duration.ofMinutes(2).toNanos();

    private final String topic;
    private final Payload payload;
    private final Recorder recorder = new Recorder(TOP_NANOS, 3);
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();

    EndToEndLoad(String topic, Payload payload) {
        this.topic = topic;
        this.payload = payload;
    }

    /** @param latency in ns, of what was received */
    record Outcome(Histogram latency, long failed) {}

    /**
     * @param queues of the topic, all of which the consumer must have before the first message is due
     * @throws IllegalStateException if a message that was acknowledged did not come
     */
    Outcome run(
            MessageLibrary library,
            String nameServers,
            String group,
            int queues,
            int rate,
            Duration warmUp,
            Duration time) {
        try (Receiver receiver = library.receiver(nameServers, Subscription.of(group, topic), this::receive);
                Sender sender = library.sender(nameServers, "from-" + group)) {
            Waiting.until(
                    "the consumer has all queues of " + topic,
                    SETTLE_BOUND,
                    () -> receiver.queuesOf(topic).size() == queues);
            drive(sender, rate, warmUp);
            recorder.reset();
            received.set(0);
            failed.set(0);
            drive(sender, rate, time);
            return new Outcome(recorder.getIntervalHistogram(), failed.get());
        }
    }

    /** Returns when everything that was sent has come, or has failed. */
    private void drive(Sender sender, int rate, Duration time) {
        long messages = rate * time.toMillis() / 1000;
        long start = System.nanoTime();
        for (long i = 0; i < messages; i++) {
            long due = start + i * 1_000_000_000L / rate;
            Waiting.untilNanos(due);
            sender.sendAsync(OutgoingMessage.of(topic, payload.with(due))).whenComplete((receipt, failure) -> {
                if (failure != null) {
                    failed.incrementAndGet();
                }
            });
        }
        Waiting.until(
                "all of " + messages + " messages sent to " + topic + " were received or refused",
                REST_BOUND,
                () -> received.get() + failed.get() >= messages);
    }

    private Listener.Outcome receive(IncomingMessage message) {
        long latency = System.nanoTime() - Payload.numberOf(message.body());
        recorder.recordValue(Math.max(0, Math.min(latency, TOP_NANOS)));
        received.incrementAndGet();
        return Listener.Outcome.CONSUME_SUCCESS;
    }
}
