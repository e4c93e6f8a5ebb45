package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.PeriodicTask;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How long listeners may work. Whoever takes longer is reported once, and loses its messages where they can be handed out
 * again; what it says of them later does not count. Thread-safe.
 */
final class Leases {

    private static final Logger log = LoggerFactory.getLogger(Leases.class);

    private static final Duration LONGEST_LOOK = Duration.ofSeconds(5);

    private final PushConsumerSettings settings;
    private final ConsumerContext context;
    private final Set<Lease> all = ConcurrentHashMap.newKeySet();
    private final Map<String, Lease> byMessage = new ConcurrentHashMap<>();
    private final AtomicLong timedOut = new AtomicLong();
    private final PeriodicTask looks;

    Leases(PushConsumerSettings settings, ConsumerContext context) {
        this.settings = settings;
        this.context = context;
        this.looks = PeriodicTask.watching(
                context.loop(), settings.consumeTimeout(), LONGEST_LOOK, () -> all.forEach(Lease::look));
    }

    /** One call of the listener. Told from others by identity. */
    final class Lease {

        private final List<ReceivedMessage> messages;
        private final Runnable onExpiry;
        private final AtomicBoolean over = new AtomicBoolean();
        private final AtomicBoolean reported = new AtomicBoolean();
        private volatile long sinceNanos = context.clock().nanos();

        private Lease(List<ReceivedMessage> messages, Runnable onExpiry) {
            this.messages = messages;
            this.onExpiry = onExpiry;
        }

        /** The listener has ended. @return whether what it says counts */
        boolean end() {
            forget();
            return over.compareAndSet(false, true);
        }

        private void forget() {
            all.remove(this);
            messages.forEach(message -> byMessage.remove(message.offsetMessageId(), this));
        }

        private void look() {
            boolean late = context.clock().nanos() - sinceNanos
                    >= settings.consumeTimeout().toNanos();
            if (late && reported.compareAndSet(false, true)) {
                timedOut.incrementAndGet();
                messages.forEach(Leases.this::report);
                if (canExpire() && over.compareAndSet(false, true)) {
                    forget();
                    onExpiry.run();
                }
            }
        }
    }

    /** Handing the message out again would break the order, or, where no broker keeps it, give it to the same listener. */
    private boolean canExpire() {
        return !settings.isOrderly() && !settings.isBroadcasting();
    }

    /** A listener begins to work. @param onExpiry runs if its time is over before its end, on the thread rmq-client */
    Lease begin(List<ReceivedMessage> messages, Runnable onExpiry) {
        Lease lease = new Lease(messages, onExpiry);
        all.add(lease);
        messages.forEach(message -> byMessage.put(message.offsetMessageId(), lease));
        return lease;
    }

    boolean extend(ReceivedMessage message) {
        Lease lease = byMessage.get(message.offsetMessageId());
        if (lease == null || lease.over.get()) {
            return false;
        }
        lease.sinceNanos = context.clock().nanos();
        lease.reported.set(false);
        return !lease.over.get();
    }

    /** Begins to look after the listeners. */
    void start() {
        looks.start();
    }

    void stop() {
        looks.stop();
    }

    long timedOut() {
        return timedOut.get();
    }

    private void report(ReceivedMessage message) {
        log.warn(
                "The listener of group '{}' has not ended after {} on message {}{}",
                settings.group(),
                settings.consumeTimeout(),
                message,
                canExpire() ? ", which is handed out again" : "");
        try {
            settings.events().timedOut(message);
        } catch (RuntimeException | Error e) {
            log.error("ConsumerEvents of group '{}' failed", settings.group(), Causes.loggable(e));
        }
    }
}
