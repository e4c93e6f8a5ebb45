package io.reliablemq.broker.delivery;

import io.reliablemq.broker.store.UnreadableMessageException;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Has a message read again that the disk failed to give, before it is passed over: most failures are over in a moment. A disk
 * that has failed throughout is not waited for again for a while, so that a stretch of it does not cost a wait a message. Of
 * one queue, owned by its thread.
 */
final class ReadRetries {

    private static final int MAX_RETRIES = 5;
    private static final long PAUSE_NANOS = Duration.ofSeconds(1).toNanos();
    private static final long GIVEN_UP_NANOS = Duration.ofMinutes(1).toNanos();

    private final Clock clock;

    /** Where the message stands that is tried again. */
    private long position = -1;

    private int retries;

    /** When it may be read again; null if nothing is to be waited for. */
    private @Nullable Long againNanos;

    private @Nullable Long givenUpAtNanos;

    ReadRetries(Clock clock) {
        this.clock = clock;
    }

    /** Nanoseconds for which the queue is not read; 0 if it may be. */
    long pause() {
        Long again = againNanos;
        return again == null ? 0 : Math.max(0, again - clock.nanos());
    }

    /** Takes note of a failure. @return whether the message is to be read again, after {@link #pause} */
    boolean isWorthAnother(UnreadableMessageException failure) {
        againNanos = null;
        // Damage stays what it is; only where the disk failed it may do better.
        if (!(failure.getCause() instanceof IOException) || hasGivenUp()) {
            return false;
        }
        if (failure.position() != position) {
            position = failure.position();
            retries = 0;
        }
        if (retries >= MAX_RETRIES) {
            givenUpAtNanos = clock.nanos();
            return false;
        }
        retries++;
        againNanos = clock.nanos() + PAUSE_NANOS;
        return true;
    }

    private boolean hasGivenUp() {
        Long givenUpAt = givenUpAtNanos;
        return givenUpAt != null && clock.nanos() - givenUpAt < GIVEN_UP_NANOS;
    }
}
