package io.reliablemq.client.producer;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Lets the sends of one ordering key go one behind the other, so that a retry is not overtaken by a later message. Sends of
 * different keys do not wait for each other. Thread-safe.
 */
final class KeyTurns {

    private static final CompletableFuture<Void> AT_ONCE = CompletableFuture.completedFuture(null);

    private record Key(String topic, String orderingKey) {}

    /** When the last in the line of a key is over. */
    private final Map<Key, CompletableFuture<Void>> last = new ConcurrentHashMap<>();

    private final Executor executor;
    /** Of all sends without a key. */
    private final Turn inNoLine = new Turn(null, AT_ONCE, AT_ONCE);

    /** @param executor begins sends whose turn has come; must not block */
    KeyTurns(Executor executor) {
        this.executor = executor;
    }

    /** The place of one send in the line of its key. */
    final class Turn {
        private final @Nullable Key key;
        private final CompletableFuture<Void> before;
        private final CompletableFuture<Void> over;

        private Turn(@Nullable Key key, CompletableFuture<Void> before, CompletableFuture<Void> over) {
            this.key = key;
            this.before = before;
            this.over = over;
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
                    last.remove(key, over);
                }
                over.complete(null);
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
        CompletableFuture<Void> over = new CompletableFuture<>();
        Key key = new Key(order.topic(), orderingKey);
        CompletableFuture<Void> before = last.put(key, over);
        return new Turn(key, before == null ? AT_ONCE : before, over);
    }
}
