package io.reliablemq.broker.request;

import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.MessageStore;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Copies of messages that consumers gave back, as long as they are not as safe as they should be. One that is given back again
 * meanwhile, since its consumer has heard nothing or nothing good, has its copy; later it would be another failure of it.
 *
 * <p>Thread-safe. What is forgotten, by a restart for instance, costs a second copy and no message.
 */
final class CopiesOnTheirWay {

    private static final int MANY = 10_000;

    private final MessageStore store;
    private final Map<Key, CompletableFuture<AppendResult>> copies = new ConcurrentHashMap<>();

    /** @param origin position of the message that was given back */
    private record Key(String group, long origin) {}

    CopiesOnTheirWay(MessageStore store) {
        this.store = store;
    }

    /**
     * Makes a copy, or waits for the one that is on its way.
     *
     * @param origin position of the message that was given back
     * @param append makes it; what it throws is thrown here
     * @param answer is told how the copy stands
     */
    void once(String group, long origin, Consumer<AppendListener> append, Consumer<AppendResult> answer) {
        Key key = new Key(group, origin);
        CompletableFuture<AppendResult> own = new CompletableFuture<>();
        CompletableFuture<AppendResult> known = copies.putIfAbsent(key, own);
        if (known != null) {
            known.thenAccept(result -> answer.accept(asOfNow(key, known, result)));
            return;
        }
        if (copies.size() > MANY) {
            forgetSafe();
        }
        boolean begun = false;
        try {
            append.accept(result -> {
                if (!isUnsafe(result)) {
                    copies.remove(key, own);
                }
                own.complete(result);
                answer.accept(result);
            });
            begun = true;
        } finally {
            if (!begun) {
                copies.remove(key, own);
                own.complete(new AppendResult(Status.BUSY, -1, -1, "The copy that this one waited for was not made"));
            }
        }
    }

    private AppendResult asOfNow(Key key, CompletableFuture<AppendResult> known, AppendResult result) {
        if (!isUnsafe(result) || store.positions().committed() <= result.position()) {
            return result;
        }
        copies.remove(key, known);
        return new AppendResult(Status.COMMITTED, result.position(), result.queueOffset(), "");
    }

    private void forgetSafe() {
        long committed = store.positions().committed();
        copies.values().removeIf(copy -> {
            AppendResult result = copy.getNow(null);
            return result != null && committed > result.position();
        });
    }

    private static boolean isUnsafe(AppendResult result) {
        return result.status().isStored() && result.status() != Status.COMMITTED;
    }
}
