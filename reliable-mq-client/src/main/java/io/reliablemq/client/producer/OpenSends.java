package io.reliablemq.client.producer;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The sends of one producer that are not over: how they end, or what is done about that, is still to come. Thread-safe. */
final class OpenSends {

    private static final Logger log = LoggerFactory.getLogger(RetryingProducer.class);

    /** How long closing waits for what is done about sends that failed, as for a journal that flushes them. */
    private static final Duration COMPENSATION = Duration.ofSeconds(10);

    private final String group;
    private final Set<SendLoop> open = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> allOver = new CompletableFuture<>();
    private volatile boolean closed;

    OpenSends(String group) {
        this.group = group;
    }

    /** From now on whoever closes waits for it, or abandons it; or else {@link #isClosed()} is true already. */
    void add(SendLoop send) {
        open.add(send);
    }

    /** It has ended, and if it failed, what is to be done about that is done. */
    void over(SendLoop send) {
        open.remove(send);
        tellIfAllOver();
    }

    boolean isClosed() {
        return closed;
    }

    private void tellIfAllOver() {
        if (closed && open.isEmpty()) {
            allOver.complete(null);
        }
    }

    /**
     * Waits for sends up to that time, and a while longer for what is done about those that fail.
     *
     * @return false if it was closed before
     */
    boolean close(Duration time) {
        synchronized (open) {
            if (closed) {
                return false;
            }
            closed = true;
        }
        tellIfAllOver();
        List<SendLoop> last = List.copyOf(open);
        awaitOutcomes(last, time);
        last.forEach(send -> send.abandon("the producer was closed"));
        awaitAllOver();
        return true;
    }

    private void awaitOutcomes(List<SendLoop> last, Duration time) {
        CompletableFuture<Void> allEnded =
                CompletableFuture.allOf(last.stream().map(SendLoop::outcome).toArray(CompletableFuture[]::new));
        try {
            allEnded.get(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            long left = last.stream().filter(send -> !send.outcome().isDone()).count();
            log.warn("{} send(s) of group '{}' had not ended when it was closed", left, group);
        } catch (ExecutionException e) {
            log.debug("A send failed while its producer was closed", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** An interrupt from before has ended the wait for brokers; what has failed then is not to be lost on top of it. */
    private void awaitAllOver() {
        boolean interrupted = Thread.interrupted();
        try {
            allOver.get(COMPENSATION.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            log.warn(
                    "What is to be done about {} failed send(s) of group '{}' was not done within {} ms",
                    open.size(),
                    group,
                    COMPENSATION.toMillis());
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            interrupted = true;
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
