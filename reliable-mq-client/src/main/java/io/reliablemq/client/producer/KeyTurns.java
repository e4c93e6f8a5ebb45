package io.reliablemq.client.producer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Lets the sends of one ordering key go one behind the other, so that a retry is not overtaken by a later message. Sends of
 * different keys do not wait for each other. Thread-safe.
 */
final class KeyTurns {

    private static final CompletableFuture<Void> AT_ONCE = CompletableFuture.completedFuture(null);

    private record Key(String topic, String orderingKey) {}

    /** The last in the line of each key. */
    private final Map<Key, Turn> last = new ConcurrentHashMap<>();

    private final Executor executor;
    /** Of all sends without a key. */
    private final Turn inNoLine = new Turn(null, null);

    /** @param executor begins sends whose turn has come; must not block */
    KeyTurns(Executor executor) {
        this.executor = executor;
    }

    /** The place of one send in the line of its key. */
    final class Turn {
        private final @Nullable Key key;
        private final CompletableFuture<Void> before;
        private final CompletableFuture<Void> over = new CompletableFuture<>();
        /** Shared by the line. */
        private final AtomicLong ended;

        private Turn(@Nullable Key key, @Nullable Turn previous) {
            this.key = key;
            this.before = previous == null ? AT_ONCE : previous.over;
            this.ended = previous == null ? new AtomicLong() : previous.ended;
        }

        /** Whether those before have ended. */
        boolean hasCome() {
            return before.isDone();
        }

        /** How many of its line have ended, so that one that moves is told from one that stands still. */
        long ended() {
            return ended.get();
        }

        /** Runs the action when those before have ended: now, or later on the executor. Once or more. */
        void begin(Runnable action) {
            afterThoseBefore(action);
        }

        /** Waits until those before have ended. @return false if they have not in that time, or the thread was interrupted */
        boolean comesWithin(Duration time) {
            try {
                before.get(time.toNanos(), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (ExecutionException | TimeoutException e) {
                // Told below.
            }
            return before.isDone();
        }

        /** Lets the next one go, once those before have ended as well. */
        void end() {
            afterThoseBefore(() -> {
                if (key != null) {
                    last.remove(key, this);
                    ended.incrementAndGet();
                    over.complete(null);
                }
            });
        }

        /** Not on the thread that ends the one before, whose stack would grow with the line. */
        private void afterThoseBefore(Runnable action) {
            if (before.isDone()) {
                action.run();
            } else {
                before.whenCompleteAsync((done, error) -> action.run(), executor);
            }
        }
    }

    /** Gets in line. Whoever got a turn ends it, whatever happens. */
    Turn next(SendOrder order) {
        String orderingKey = order.message().orderingKey();
        if (orderingKey == null) {
            return inNoLine;
        }
        return last.compute(new Key(order.topic(), orderingKey), Turn::new);
    }
}
