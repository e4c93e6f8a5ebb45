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
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
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
    /** A lease of several messages is there as often. */
    private final Map<String, Lease> byMessage = new ConcurrentHashMap<>();

    /** Whose message came again, since its queue was given up and taken back, before its listener has ended. */
    private final Set<Lease> superseded = ConcurrentHashMap.newKeySet();

    private final AtomicLong timedOut = new AtomicLong();
    private final PeriodicTask looks;

    Leases(PushConsumerSettings settings, ConsumerContext context) {
        this.settings = settings;
        this.context = context;
        this.looks = PeriodicTask.watching(context.loop(), settings.consumeTimeout(), LONGEST_LOOK, this::look);
    }

    private void look() {
        byMessage.values().forEach(Lease::look);
        superseded.forEach(Lease::look);
    }

    /** Since when a listener works, or has had more time, and whether it was told of since then. */
    private record Time(long sinceNanos, boolean reported) {}

    private Time fresh() {
        return new Time(context.clock().nanos(), false);
    }

    /** One call of the listener. Told from others by identity. */
    final class Lease {

        private final List<ReceivedMessage> messages;
        private final Runnable onExpiry;

        /** Null when the listener has ended, or its time is over: the one or the other, and nothing follows. */
        private final AtomicReference<@Nullable Time> time = new AtomicReference<>(fresh());

        private Lease(List<ReceivedMessage> messages, Runnable onExpiry) {
            this.messages = messages;
            this.onExpiry = onExpiry;
        }

        /** The listener has ended. @return whether what it says counts */
        boolean end() {
            boolean counts = time.getAndSet(null) != null;
            // Behind that, so that whoever supersedes it sees one or the other.
            forget();
            return counts;
        }

        private boolean isOpen() {
            return time.get() != null;
        }

        /** @return whether the listener has all of its time again, since that was not over yet */
        private boolean extend() {
            return time.getAndUpdate(before -> before == null ? null : fresh()) != null;
        }

        private void forget() {
            messages.forEach(message -> byMessage.remove(message.offsetMessageId(), this));
            if (!superseded.isEmpty()) {
                superseded.remove(this);
            }
        }

        private void look() {
            Time now = time.get();
            if (now == null || now.reported || !isLate(now)) {
                return;
            }
            boolean over = canExpire();
            // Decided before anybody is told, so that nobody is given more time meanwhile.
            if (time.compareAndSet(now, over ? null : new Time(now.sinceNanos, true))) {
                late(over);
            }
        }

        private boolean isLate(Time now) {
            return context.clock().nanos() - now.sinceNanos
                    >= settings.consumeTimeout().toNanos();
        }

        private void late(boolean over) {
            timedOut.incrementAndGet();
            try {
                messages.forEach(Leases.this::report);
            } finally {
                if (over) {
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
        for (ReceivedMessage message : messages) {
            Lease before = byMessage.put(message.offsetMessageId(), lease);
            if (before != null) {
                supersede(before);
            }
        }
        return lease;
    }

    private void supersede(Lease lease) {
        superseded.add(lease);
        if (!lease.isOpen()) {
            superseded.remove(lease);
        }
    }

    boolean extend(ReceivedMessage message) {
        Lease lease = byMessage.get(message.offsetMessageId());
        return lease != null && lease.extend();
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
