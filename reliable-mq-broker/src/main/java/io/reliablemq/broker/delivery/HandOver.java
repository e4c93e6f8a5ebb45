package io.reliablemq.broker.delivery;

import io.reliablemq.broker.figures.Histogram;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Parked messages on their way to their real topics, in the order in which they were begun. Each is appended as a copy
 * that names its original; progress is told once a copy and all before it are committed.
 *
 * <p>Owned by the thread of its {@link DelaySchedule}; only the outcome of a copy is set by another thread.
 *
 * @param <P> the progress that a message makes
 */
final class HandOver<P> {

    private static final Logger LOG = LoggerFactory.getLogger(DelaySchedule.class);

    private static final long MAX_BYTES = 16L << 20;
    private static final long RETRY_NANOS = Duration.ofMillis(100).toNanos();

    private static final long NONE = -1;

    /** What every hand-over works with. */
    record Parts(MessageStore store, MessageCopies copies, Clock clock, Runnable signal, Histogram lateness) {}

    private final Parts parts;
    private final int maxCopies;
    private final Consumer<P> progress;

    /** Positions of parked messages whose copy was in the log at the start, and which the progress does not cover yet. */
    private final Set<Long> copiedBefore;

    private final long copiedBeforeFrom;
    private final Deque<Copy<P>> onTheirWay = new ArrayDeque<>();
    private long bytes;

    /** When copies that the store was too busy for, or had no room for, are tried again. */
    private @Nullable Long retryAtNanos;

    /** A copy on its way into the log. */
    private static final class Copy<P> {
        final @Nullable StoredMessage parked;

        /** Where the message stands that is handed over; {@link #NONE} if none is. */
        final long original;

        final long dueMs;
        final P then;
        final Consumer<P> progress;

        /** The copy will stand at or behind this position of the log. */
        final long notBefore;

        volatile @Nullable AppendResult result;

        Copy(@Nullable StoredMessage parked, long original, long dueMs, P then, Consumer<P> progress, long notBefore) {
            this.parked = parked;
            this.original = original;
            this.dueMs = dueMs;
            this.then = then;
            this.progress = progress;
            this.notBefore = notBefore;
        }

        int bytes() {
            return parked == null ? 0 : parked.bodySize();
        }
    }

    /**
     * @param maxCopies that may be on their way at once: enough to fill a group commit
     * @param progress takes what was given to {@link #begin}, in the order in which it was given
     * @param copiedBefore positions of messages whose copies are in the log already, and must not be made again
     * @param copiedBeforeFrom these copies stand at or behind this position of the log
     */
    HandOver(Parts parts, int maxCopies, Consumer<P> progress, Set<Long> copiedBefore, long copiedBeforeFrom) {
        this.parts = parts;
        this.maxCopies = maxCopies;
        this.progress = progress;
        this.copiedBefore = new HashSet<>(copiedBefore);
        this.copiedBeforeFrom = copiedBeforeFrom;
    }

    /** Whether nothing should be begun before something on its way has arrived. */
    boolean isFull() {
        return onTheirWay.size() >= maxCopies || bytes >= MAX_BYTES || retryAtNanos != null;
    }

    boolean isEmpty() {
        return onTheirWay.isEmpty();
    }

    /** See {@link Waiting#oldestOnItsWay()}. */
    long oldestOnItsWay() {
        Copy<P> oldest = onTheirWay.peek();
        long begun = oldest == null ? Long.MAX_VALUE : oldest.notBefore;
        return copiedBefore.isEmpty() ? begun : Math.min(begun, copiedBeforeFrom);
    }

    /** Hands a message over. @param then progress that this makes */
    void begin(StoredMessage parked, long dueMs, P then) {
        Copy<P> copy = new Copy<>(
                parked,
                parked.position(),
                dueMs,
                then,
                progress,
                parts.store().positions().written());
        onTheirWay.add(copy);
        bytes += copy.bytes();
        if (copiedBefore.contains(parked.position())) {
            pass(copy);
        } else {
            append(copy, parked);
        }
    }

    /** Goes on as if a message had been handed over, which cannot be. The reason was told by the caller. */
    void passOver(P then) {
        passOver(then, progress);
    }

    /** As {@link #passOver(Object)}. @param passed takes the progress of this one */
    void passOver(P then, Consumer<P> passed) {
        passOver(NONE, then, passed);
    }

    /** Whether the message at this position has a copy of before the start, so that it must not get another one. */
    boolean isCopied(long position) {
        return copiedBefore.contains(position);
    }

    /** Goes on past a message that {@link #isCopied}, which need not be read for that. */
    void passCopied(long position, P then) {
        passOver(position, then, progress);
    }

    private void passOver(long original, P then, Consumer<P> passed) {
        Copy<P> copy = new Copy<>(
                null, original, 0, then, passed, parts.store().positions().written());
        onTheirWay.add(copy);
        pass(copy);
    }

    /**
     * Tells the progress of copies that are committed, in order.
     *
     * @return nanoseconds until it has something to do again
     */
    long settle() {
        for (Copy<P> copy = onTheirWay.peek(); copy != null; copy = onTheirWay.peek()) {
            AppendResult result = copy.result;
            if (result == null) {
                return Agent.UNTIL_SIGNAL;
            }
            if (result.status() == Status.CLOSED || result.status() == Status.FAILED) {
                // Whether the copy is in the log is found out by the next start.
                return Agent.UNTIL_SIGNAL;
            }
            if (result.status().isRefused()) {
                return retryLater();
            }
            // Not safe in time, but in the log: a second copy would be handed over twice, so wait for the first.
            if (result.status() != Status.COMMITTED && parts.store().positions().committed() <= result.position()) {
                return RETRY_NANOS;
            }
            onTheirWay.remove();
            bytes -= copy.bytes();
            copiedBefore.remove(copy.original);
            if (result.position() >= 0) {
                long lateMs = Math.max(0, parts.clock().ofMessages().wallMs() - copy.dueMs);
                parts.lateness().record(Duration.ofMillis(lateMs).toNanos());
            }
            copy.progress.accept(copy.then);
        }
        return Agent.UNTIL_SIGNAL;
    }

    private long retryLater() {
        long now = parts.clock().nanos();
        Long retryAt = retryAtNanos;
        if (retryAt == null) {
            retryAtNanos = now + RETRY_NANOS;
            return RETRY_NANOS;
        }
        if (retryAt - now > 0) {
            return retryAt - now;
        }
        retryAtNanos = null;
        for (Copy<P> copy : onTheirWay) {
            AppendResult result = copy.result;
            if (result != null && result.status().isRefused() && copy.parked != null) {
                append(copy, copy.parked);
            }
        }
        return Agent.UNTIL_SIGNAL;
    }

    private void append(Copy<P> copy, StoredMessage parked) {
        StoredMessage due;
        try {
            due = parts.copies().due(parked, parts.clock().ofMessages().wallMs());
        } catch (IllegalArgumentException e) {
            // Only a foreign program can have written this. It stays in the log, where it can be looked at.
            LOG.error("A delayed message cannot be delivered and is passed over: {}", e.getMessage());
            pass(copy);
            return;
        }
        copy.result = null;
        try {
            parts.store().append(due, parked.position(), result -> {
                copy.result = result;
                parts.signal().run();
            });
        } catch (MessageFormatException e) {
            // Without an end it would hold up all that come after it. It stays in the log, as above.
            LOG.error(
                    "{} does not fit into the log as it is to be delivered, and is passed over: {}",
                    parked,
                    e.getMessage());
            pass(copy);
        }
    }

    private void pass(Copy<P> copy) {
        copy.result = new AppendResult(Status.COMMITTED, -1, -1, "");
        parts.signal().run();
    }
}
