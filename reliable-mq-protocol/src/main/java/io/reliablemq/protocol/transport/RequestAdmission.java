package io.reliablemq.protocol.transport;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the requests of this side on one connection: how many are under way, and how many bytes of them wait to be
 * written. Thread-safe.
 */
final class RequestAdmission {

    private final int maxRequests;
    private final long maxWaitingBytes;
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicLong waitingBytes = new AtomicLong();

    RequestAdmission(int maxRequests, long maxWaitingBytes) {
        this.maxRequests = maxRequests;
        this.maxWaitingBytes = maxWaitingBytes;
    }

    /** Takes a request in and returns null, or says why there is no room for it. */
    @Nullable
    String admit(int bytes) {
        if (requests.incrementAndGet() > maxRequests) {
            requests.decrementAndGet();
            return maxRequests + " requests are in flight already";
        }
        long before = waitingBytes.getAndAdd(bytes);
        // One that is larger than the whole bound is let through when it is alone.
        if (before > 0 && before + bytes > maxWaitingBytes) {
            waitingBytes.addAndGet(-bytes);
            requests.decrementAndGet();
            return before + " bytes of requests wait to be written already";
        }
        return null;
    }

    /** The request's bytes no longer wait: written, or given up. */
    void left(int bytes) {
        waitingBytes.addAndGet(-bytes);
    }

    /** The request is over. */
    void finished() {
        requests.decrementAndGet();
    }
}
