package io.reliablemq.client.journal;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.agent.TaskLoop;
import io.reliablemq.client.api.JournalSettings;
import io.reliablemq.client.api.SendFailedException;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.StoreAndForward;
import io.reliablemq.client.journal.Journal.Entry;
import io.reliablemq.client.producer.RetryingProducer;
import io.reliablemq.protocol.message.Message;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the journal: one message after the other of each ordering key, and some at a time of those without one.
 * While brokers take none, it tries one message now and then.
 *
 * <p>What waits in memory is owned by the thread {@code rmq-client}; senders' threads only write to the journal, and count the
 * messages of their key in {@code ofKey}.
 */
public final class Forwarder implements StoreAndForward {

    private static final Logger log = LoggerFactory.getLogger(Forwarder.class);

    private static final int MOST_AT_ONCE = 32;

    /** How long closing waits for the journal to note what became of messages. */
    private static final Duration NOTES = Duration.ofSeconds(5);

    private final JournalSettings settings;
    private final Journal journal;
    private final RetryingProducer producer;
    private final TaskLoop loop;
    private final Executor callbacks;
    private final Consumer<Forwarder> leave;

    /** How many messages of a key are in the journal. */
    private final Map<Lane, Integer> ofKey = new ConcurrentHashMap<>();

    private final Map<Lane, Deque<Entry>> lanes = new HashMap<>();
    private final Deque<Lane> ready = new ArrayDeque<>();

    /** What is being sent, until the journal knows what became of it. */
    private final Set<CompletableFuture<Outcome>> underWay = ConcurrentHashMap.newKeySet();

    /** Whether it was told that messages cannot be sent, since the last one that was. */
    private final AtomicBoolean told = new AtomicBoolean();

    private int inFlight;
    private Duration pause;
    private boolean pausing;
    private volatile boolean closed;

    /** Messages that keep their order. @param orderingKey null for a message that keeps it with no other */
    private record Lane(String topic, @Nullable String orderingKey, long number) {

        static Lane of(Message message, long number) {
            String key = message.orderingKey();
            return new Lane(message.topic(), key, key == null ? number : -1);
        }
    }

    private Forwarder(
            JournalSettings settings,
            Journal journal,
            RetryingProducer producer,
            TaskLoop loop,
            Executor callbacks,
            Consumer<Forwarder> leave) {
        this.settings = settings;
        this.journal = journal;
        this.producer = producer;
        this.loop = loop;
        this.callbacks = callbacks;
        this.leave = leave;
        this.pause = settings.firstPause();
    }

    /**
     * Opens the journal, and begins to send what is in it.
     *
     * @param producer has no failure handler of its own; closed with the forwarder
     * @param callbacks sends, and writes down what became of it
     * @param leave runs once, when it is closed
     * @throws IOException if the folder cannot be used or read
     */
    public static Forwarder open(
            JournalSettings settings,
            RetryingProducer producer,
            TaskLoop loop,
            Executor callbacks,
            Consumer<Forwarder> leave)
            throws IOException {
        Journal journal = Journal.open(settings.folder(), settings.maxBytes());
        Forwarder forwarder = new Forwarder(settings, journal, producer, loop, callbacks, leave);
        List<Entry> left = journal.entries();
        if (!left.isEmpty()) {
            log.info("The journal in {} holds {} message(s) that wait to be sent", settings.folder(), left.size());
        }
        left.forEach(forwarder::enqueue);
        return forwarder;
    }

    @Override
    public Compensation handle(SendFailedException failure) {
        if (failure.isRefusedForGood()) {
            return Compensation.FAILED;
        }
        Message message = failure.sentMessage();
        Entry entry = journal.accept(message, failure.bornTimestamp());
        if (entry == null) {
            String why = journal.problem();
            failure.addSuppressed(new IllegalStateException(
                    why.isEmpty()
                            ? "The journal is full: of " + settings.maxBytes() + " bytes " + journal.waitingBytes()
                                    + " wait to be sent, and " + journal.rejectedBytes() + " are set aside"
                            : why));
            return Compensation.FAILED;
        }
        enqueue(entry);
        return Compensation.ACCEPTED_LOCALLY;
    }

    /** Nothing of its key is overtaken: neither what waits nor what is being sent. */
    @Override
    public boolean holdsBack(Message message) {
        return message.orderingKey() != null && ofKey.containsKey(Lane.of(message, -1));
    }

    private void enqueue(Entry entry) {
        Lane lane = Lane.of(entry.message(), entry.number());
        ofKey.merge(lane, 1, Integer::sum);
        loop.execute(() -> {
            Deque<Entry> waiting = lanes.computeIfAbsent(lane, key -> new ArrayDeque<>());
            waiting.add(entry);
            if (waiting.size() == 1) {
                ready.add(lane);
                pump();
            }
        });
    }

    private void pump() {
        while (!closed && !pausing && inFlight < MOST_AT_ONCE) {
            Lane lane = ready.poll();
            Deque<Entry> waiting = lane == null ? null : lanes.get(lane);
            if (lane == null || waiting == null) {
                return;
            }
            inFlight++;
            forward(lane, waiting.element());
        }
    }

    /** To compress a body, and to wait for the disk, is not for the client's own thread. */
    private void forward(Lane lane, Entry entry) {
        CompletableFuture<Outcome> noted = new CompletableFuture<>();
        underWay.add(noted);
        noted.whenComplete((outcome, bug) -> {
            underWay.remove(noted);
            loop.execute(() -> ended(lane, outcome));
        });
        callbacks.execute(() -> resend(entry, noted));
    }

    private void resend(Entry entry, CompletableFuture<Outcome> noted) {
        try {
            producer.resendAsync(entry.message(), entry.bornTimestamp())
                    .handle((receipt, error) -> note(entry, receipt, error))
                    .whenComplete((outcome, bug) -> noted.complete(bug == null ? outcome : Outcome.AGAIN));
        } catch (IllegalArgumentException e) {
            Message message = entry.message();
            log.error(
                    "Message {} of {} bytes for topic '{}' in the journal cannot be sent, and is set aside: {}",
                    message.uniqueId(),
                    message.body().length,
                    message.topic(),
                    e.getMessage());
            journal.reject(entry);
            noted.complete(Outcome.REJECTED);
        } catch (RuntimeException | Error e) {
            tellOnce(entry, e);
            noted.complete(Outcome.AGAIN);
        }
    }

    /** It is tried again and again. A producer that is closed takes it after the next start. */
    private void tellOnce(Entry entry, Throwable e) {
        if (producer.isClosed() || !told.compareAndSet(false, true)) {
            log.debug("Message {} could not be sent", entry.message().uniqueId(), e);
        } else {
            log.warn(
                    "Message {} in the journal cannot be sent now, and waits",
                    entry.message().uniqueId(),
                    e);
        }
    }

    /** What became of an attempt to send a message out of the journal. */
    private enum Outcome {
        SENT,
        REJECTED,
        AGAIN
    }

    private Outcome note(Entry entry, @Nullable SendReceipt receipt, @Nullable Throwable error) {
        if (receipt != null) {
            journal.sent(entry);
            told.set(false);
            return Outcome.SENT;
        }
        Throwable cause = error == null ? null : Causes.of(error);
        if (cause instanceof SendFailedException failed && failed.isRefusedForGood()) {
            log.error("A message in the journal was refused for what it is, and is set aside", cause);
            journal.reject(entry);
            return Outcome.REJECTED;
        }
        log.debug("Message {} stays in the journal", entry.message().uniqueId(), cause);
        return Outcome.AGAIN;
    }

    private void ended(Lane lane, Outcome outcome) {
        inFlight--;
        if (outcome == Outcome.AGAIN) {
            ready.addFirst(lane);
            pauseThenPump();
        } else {
            pause = outcome == Outcome.SENT ? settings.firstPause() : pause;
            done(lane);
        }
        pump();
    }

    private void done(Lane lane) {
        Deque<Entry> waiting = lanes.get(lane);
        if (waiting != null) {
            waiting.remove();
            if (waiting.isEmpty()) {
                lanes.remove(lane);
            } else {
                ready.add(lane);
            }
        }
        // Last: whoever sees none of the key here may send the next one.
        ofKey.computeIfPresent(lane, (key, count) -> count == 1 ? null : count - 1);
    }

    private void pauseThenPump() {
        if (pausing) {
            return;
        }
        pausing = true;
        loop.schedule(pause, () -> {
            pausing = false;
            pump();
        });
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(settings.longestPause()) < 0 ? longer : settings.longestPause();
    }

    @Override
    public int waiting() {
        return journal.size();
    }

    @Override
    public long waitingBytes() {
        return journal.waitingBytes();
    }

    @Override
    public List<Message> rejected() {
        return journal.rejected();
    }

    @Override
    public boolean discardRejected(Message message) {
        return journal.discardRejected(message);
    }

    @Override
    public String problem() {
        return journal.problem();
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            producer.close();
        } catch (Exception e) {
            log.warn("The producer of the journal in {} did not close cleanly", settings.folder(), e);
        }
        awaitNotes();
        try {
            journal.close();
        } catch (IOException e) {
            log.warn("The journal in {} did not close cleanly", settings.folder(), e);
        }
        leave.accept(this);
    }

    /** So that what was sent is not sent again after the next start. */
    private void awaitNotes() {
        try {
            CompletableFuture.allOf(underWay.toArray(CompletableFuture[]::new))
                    .get(NOTES.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.warn("What became of {} message(s) of the journal is not known", underWay.size(), e);
        }
    }
}
