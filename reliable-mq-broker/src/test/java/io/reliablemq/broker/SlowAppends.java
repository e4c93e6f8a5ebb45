package io.reliablemq.broker;

import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.protocol.message.StoredMessage;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** A store that a certain message is slow to reach: it comes once the store takes no more, or else after a second. */
final class SlowAppends {

    private static final long OTHERWISE_MS = 1_000;

    private final MessageStore store;
    private final String slow;
    private final CompletableFuture<Void> onItsWay;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private SlowAppends(MessageStore store, String slow, CompletableFuture<Void> onItsWay) {
        this.store = store;
        this.slow = slow;
        this.onItsWay = onItsWay;
    }

    /**
     * @param slow text of the message
     * @param onItsWay completed when the message is about to be slow
     */
    static MessageStore of(MessageStore store, String slow, CompletableFuture<Void> onItsWay) {
        SlowAppends appends = new SlowAppends(store, slow, onItsWay);
        return (MessageStore) Proxy.newProxyInstance(
                SlowAppends.class.getClassLoader(),
                new Class<?>[] {MessageStore.class},
                (proxy, method, arguments) -> appends.call(method, arguments));
    }

    private Object call(Method method, Object[] arguments) throws Throwable {
        if (method.getName().equals("append")
                && arguments[0] instanceof StoredMessage message
                && WireClient.text(message).equals(slow)) {
            stopped.copy()
                    .completeOnTimeout(null, OTHERWISE_MS, TimeUnit.MILLISECONDS)
                    .thenRun(() -> store.append(message, (long) arguments[1], (AppendListener) arguments[2]));
            onItsWay.complete(null);
            return null;
        }
        try {
            Object result = method.invoke(store, arguments);
            if (method.getName().equals("stopAppends")) {
                stopped.complete(null);
            }
            return result;
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
