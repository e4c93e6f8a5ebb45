package io.reliablemq.broker.request;

import io.reliablemq.broker.store.AppendListener;
import io.reliablemq.broker.store.AppendResult;
import io.reliablemq.broker.store.AppendResult.Status;
import io.reliablemq.broker.store.KeyQuery;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.transport.Reply;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the broker holds a message already that is sent again because its answer was not heard. A message on its way
 * into the log is looked for here, one that has arrived in the index of keys.
 *
 * <p>Thread-safe. Costs a message that is sent for the first time one entry in a table while it is on its way. Of one that
 * was answered before it was safe, what its answer needs is kept until it is safe, and is found in the index.
 */
public final class EarlierSends {

    /** Producers' clocks may differ from the broker's by that much. */
    private static final long CLOCKS_DIFFER_MS = Duration.ofHours(1).toMillis();

    /**
     * Most messages to be remembered that were answered before they were safe. Beyond that the oldest are forgotten: sent
     * again, such a one may be stored twice.
     */
    static final int MAX_LATE = 50_000;

    /** What an answer needs of a message, whatever it waits for. */
    private static final Set<String> ANSWERED = Set.of(
            PropertyNames.UNIQUE_ID,
            PropertyNames.REAL_TOPIC,
            PropertyNames.REAL_QUEUE_ID,
            PropertyNames.TIMER_OUT_MILLIS);

    private static final byte[] NO_BODY = {};

    private static final int MAX_FOUND = 32;
    private static final long MAX_BYTES = 64L << 20;

    private final MessageStore store;
    private final ReadThreads readThreads;
    private final Map<String, OnItsWay> onTheirWay = new ConcurrentHashMap<>();
    private final AtomicLong dropped = new AtomicLong();

    /** By unique id, in the order of the answers, which is that of the log; guarded by itself. */
    private final Map<String, Held> late = new LinkedHashMap<>();

    /** A message that was given to the store. */
    private static final class OnItsWay extends CompletableFuture<AppendResult> {
        private final StoredMessage message;

        OnItsWay(StoredMessage message) {
            this.message = message;
        }
    }

    /**
     * A message that the broker holds.
     *
     * @param first as it was sent first, perhaps to another queue
     * @param result where it stands, and whether it is as safe as it should be
     */
    record Held(StoredMessage first, AppendResult result) {}

    /** Goes on with a message that may be held. */
    interface Next {

        /** It is held: to be answered, and not to be stored again. */
        void held(Held held);

        /** It is not, and has to be stored. */
        void unknown();
    }

    public EarlierSends(MessageStore store, ReadThreads readThreads) {
        this.store = store;
        this.readThreads = readThreads;
    }

    /** How many messages were not stored because they were held already. */
    long dropped() {
        return dropped.get();
    }

    /** Notes a message that is about to be stored. The listener it gives must hear the outcome in place of the given one. */
    AppendListener noted(StoredMessage message, AppendListener listener) {
        String id = message.property(PropertyNames.UNIQUE_ID);
        if (id == null) {
            return listener;
        }
        OnItsWay entry = new OnItsWay(message);
        onTheirWay.put(id, entry);
        return result -> {
            if (result.status() != Status.COMMITTED && result.status().isStored()) {
                remember(id, new Held(forItsAnswer(message), result));
            }
            onTheirWay.remove(id, entry);
            entry.complete(result);
            listener.done(result);
        };
    }

    /** The store calls: it may be a long time until the message is safe, and its body must not stay in memory so long. */
    private void remember(String id, Held held) {
        synchronized (late) {
            late.remove(id);
            late.put(id, held);
            for (Iterator<Held> eldest = late.values().iterator(); eldest.hasNext(); eldest.remove()) {
                if (!isSafe(eldest.next().result()) && late.size() <= MAX_LATE) {
                    break;
                }
            }
        }
    }

    private static StoredMessage forItsAnswer(StoredMessage message) {
        Map<String, String> properties = new HashMap<>(message.properties());
        properties.keySet().retainAll(ANSWERED);
        return new StoredMessage(
                message.topic(),
                message.queueId(),
                message.queueOffset(),
                message.position(),
                message.flag(),
                message.systemFlag(),
                message.bornTimestamp(),
                message.bornHost(),
                message.storeTimestamp(),
                message.storeHost(),
                message.reconsumeTimes(),
                message.preparedPosition(),
                Map.copyOf(properties),
                NO_BODY);
    }

    /** How many messages are remembered that were answered before they were safe. */
    int remembered() {
        synchronized (late) {
            return late.size();
        }
    }

    /**
     * Looks for a message.
     *
     * @param message as it would be stored, with its unique id
     * @param reply is answered with a failure if the log cannot be read
     */
    void find(StoredMessage message, Reply reply, Next next) {
        String id = message.property(PropertyNames.UNIQUE_ID);
        if (id == null) {
            next.unknown();
            return;
        }
        OnItsWay first = onTheirWay.get(id);
        if (first == null || !isSameSend(first.message, message)) {
            findLate(message, id, reply, next);
        } else {
            first.thenAccept(result -> Answering.run(reply, () -> {
                if (result.status().isStored()) {
                    held(first.message, result, next);
                } else if (result.status().isRefused()) {
                    next.unknown();
                } else {
                    // Storing it would end the same way, and might store it twice.
                    next.held(new Held(first.message, result));
                }
            }));
        }
    }

    private void findLate(StoredMessage message, String id, Reply reply, Next next) {
        Held held;
        synchronized (late) {
            held = late.get(id);
        }
        if (held == null || !isSameSend(held.first(), message)) {
            lookUp(message, id, reply, next);
        } else {
            held(held.first(), held.result(), next);
        }
    }

    /** Another send may use the same id: a dead letter that is sent to its topic again must not be dropped for the first one. */
    private static boolean isSameSend(StoredMessage first, StoredMessage again) {
        return first.topic().equals(again.topic())
                && first.bornTimestamp() == again.bornTimestamp()
                // Those of two groups wait in the same topic, and may have been made in the same moment.
                && Objects.equals(first.property(PropertyNames.REAL_TOPIC), again.property(PropertyNames.REAL_TOPIC));
    }

    private void lookUp(StoredMessage message, String id, Reply reply, Next next) {
        KeyQuery query = new KeyQuery(
                message.topic(),
                id,
                KeyQuery.Kind.UNIQUE_ID,
                MAX_FOUND,
                MAX_BYTES,
                Math.max(0, message.bornTimestamp() - CLOCKS_DIFFER_MS),
                Long.MAX_VALUE);
        readThreads.execute(reply, () -> {
            StoredMessage found = find(query, message);
            Answering.run(reply, () -> {
                if (found == null) {
                    next.unknown();
                } else {
                    held(
                            found,
                            new AppendResult(
                                    whileUnsafe(found.position()),
                                    found.position(),
                                    found.queueOffset(),
                                    "it was stored before, and is not yet as safe as it should be"),
                            next);
                }
            });
        });
    }

    /** What is committed lacks only replicas: somebody has decided that it counts, or none was heard since the start. */
    private Status whileUnsafe(long position) {
        return store.positions().committed() > position ? Status.NO_REPLICA : Status.FLUSH_TIMEOUT;
    }

    private @Nullable StoredMessage find(KeyQuery query, StoredMessage message) throws IOException {
        for (Entry entry : store.query(query).entries()) {
            StoredMessage found = store.readAt(entry.position());
            if (found != null && isSameSend(found, message)) {
                return found;
            }
        }
        return null;
    }

    /** It may have become safe since it was answered, but is never called safe before. */
    private void held(StoredMessage first, AppendResult result, Next next) {
        dropped.incrementAndGet();
        AppendResult now = isSafe(result)
                ? new AppendResult(Status.COMMITTED, result.position(), result.queueOffset(), "")
                : result;
        next.held(new Held(first, now));
    }

    private boolean isSafe(AppendResult result) {
        return store.safe() > result.position();
    }
}
