package io.reliablemq.client.consumer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.consumer.RetryCopies.Copy;
import io.reliablemq.protocol.route.BrokerAddresses;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives failed messages back to their brokers, for another delivery or for the dead letters. A message is finished here only
 * once its broker has said that it has it, as safely as a producer's message. Where the broker has stored its copy, but has not
 * flushed or replicated it in time, it is asked again until it has; our broker makes no other copy then. Other brokers make one
 * each time of a copy that was sent to the retry topic, so that they are asked less and less often.
 *
 * <p>Thread-safe. Where the broker cannot take it, the message stays unfinished, is handed out again after a pause, and holds
 * the committed offset back meanwhile. The pause is up to four seconds where the broker refuses, ten while it is away, and ends
 * when it is back. One that its broker refuses for good goes to the retry topic as a copy, see {@link RetryCopies}.
 */
final class GiveBack implements Failures {

    private static final Logger log = LoggerFactory.getLogger(GiveBack.class);

    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final int MAX_DOUBLINGS = 2;

    /** About a minute. */
    private static final int MAX_DOUBLINGS_OF_A_COPY = 6;

    /** While the master is away. Its return ends the pause; asking the handler more often would help nobody. */
    private static final Duration WHILE_AWAY = Duration.ofSeconds(10);

    /** How often its broker may refuse a message before a copy of it is sent to whichever broker takes one. */
    private static final int MOST_REFUSALS = 3;

    private final String group;
    private final SendBack sendBack;
    private final RetryCopies copies;
    private final ConsumerContext context;
    private final Consumer<Delivery> again;
    private final Consumer<ProcessQueue> finished;

    /** What its broker could not take back; whoever removes one from here goes on with it. */
    private final Set<Kept> kept = ConcurrentHashMap.newKeySet();

    /**
     * @param again hands a message to the listener once more
     * @param finished hears of each queue of which a message is finished here
     */
    GiveBack(
            String group,
            SendBack sendBack,
            RetryCopies copies,
            ConsumerContext context,
            Consumer<Delivery> again,
            Consumer<ProcessQueue> finished) {
        this.group = group;
        this.sendBack = sendBack;
        this.copies = copies;
        this.context = context;
        this.again = again;
        this.finished = finished;
    }

    @Override
    public void take(Delivery delivery, Verdict verdict, Runnable settled) {
        giveBack(delivery, verdict, false, settled);
    }

    /** @param stored whether a broker has said that it has a copy, so that the listener has had its say */
    private void giveBack(Delivery delivery, Verdict verdict, boolean stored, Runnable settled) {
        if (delivery.isObsolete()) {
            // Another member receives the message again, so that the failure must not be counted twice.
            settled.run();
            return;
        }
        Copy copy = copyToSend(delivery);
        send(delivery, verdict, copy).whenComplete((lacking, error) -> {
            try {
                if (error != null) {
                    boolean refusal = isRefusal(error);
                    Copy known = copy == null ? null : afterError(copy, refusal);
                    Delivery.Returns returns =
                            delivery.returns().andAgain(refusal).with(known);
                    keep(new Kept(delivery.with(returns), verdict, stored), error);
                } else if (lacking.isPresent()) {
                    keepUnsafe(delivery, verdict, stored, copy, lacking.get());
                } else {
                    delivery.finish();
                    finished.accept(delivery.queue());
                }
            } finally {
                settled.run();
            }
        });
    }

    /** @return null while the message's own broker is to make it */
    private @Nullable Copy copyToSend(Delivery delivery) {
        Copy before = delivery.returns().copy();
        boolean needed = before != null || delivery.returns().refused() >= MOST_REFUSALS;
        return needed ? copies.next(delivery, before) : null;
    }

    /** @return what may be stored; null if nothing is */
    private static @Nullable Copy afterError(Copy copy, boolean refusal) {
        if (copy.brokerName().isEmpty()) {
            // It went nowhere.
            return copy.maybeStored() ? copy : null;
        }
        if (!refusal) {
            return copy.sentBefore();
        }
        return copy.maybeStored() ? copy.refused() : null;
    }

    private CompletableFuture<Optional<String>> send(Delivery delivery, Verdict verdict, @Nullable Copy copy) {
        try {
            return copy == null ? sendBack.send(delivery, verdict) : copies.send(delivery, verdict, copy);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void keepUnsafe(
            Delivery delivery, Verdict verdict, boolean storedBefore, @Nullable Copy copy, String lacking) {
        boolean firstCopy = copy != null && !copy.maybeStored();
        // What was refused before says nothing of how soon a copy is safe.
        Delivery.Returns returns = firstCopy
                ? new Delivery.Returns(1, delivery.returns().refused(), null)
                : delivery.returns().andAgain(false);
        if (!storedBefore || firstCopy) {
            log.warn(
                    "A broker has taken message {} of group '{}' back, but its copy is not yet as safe as it should be: {}."
                            + " The message is kept here until it is",
                    delivery.describe(),
                    group,
                    lacking);
        }
        Delivery kept = delivery.with(returns.with(copy == null ? null : copy.sentBefore()));
        await(new Kept(kept, verdict, true), pause(returns, copy == null ? MAX_DOUBLINGS : MAX_DOUBLINGS_OF_A_COPY));
    }

    private static boolean isRefusal(Throwable error) {
        return Causes.of(error) instanceof BrokerRefusedException refused && refused.isForGood();
    }

    /** A message that waits for its broker. Told from others by identity. */
    private static final class Kept {
        private final Delivery delivery;
        private final Verdict verdict;
        private final boolean stored;

        Kept(Delivery delivery, Verdict verdict, boolean stored) {
            this.delivery = delivery;
            this.verdict = verdict;
            this.stored = stored;
        }
    }

    private void keep(Kept waiting, Throwable error) {
        Queue queue = waiting.delivery.queue().queue();
        boolean away = isAway(queue);
        Duration pause = away ? WHILE_AWAY : pause(waiting.delivery.returns(), MAX_DOUBLINGS);
        log.warn(
                "Message {} of group '{}' could not be given back to its broker; it is kept here and tried again in {} ms: {}",
                waiting.delivery.describe(),
                group,
                pause.toMillis(),
                Causes.text(error));
        context.routes().refresh(queue.topic());
        await(waiting, pause);
    }

    private void await(Kept waiting, Duration pause) {
        kept.add(waiting);
        // It may have come back before it was waited for.
        Duration left =
                pause.equals(WHILE_AWAY) && !isAway(waiting.delivery.queue().queue()) ? FIRST_PAUSE : pause;
        context.loop().schedule(left, () -> {
            if (kept.remove(waiting)) {
                goOn(waiting, waiting.delivery);
            }
        });
    }

    private static Duration pause(Delivery.Returns returns, int maxDoublings) {
        return FIRST_PAUSE.multipliedBy(1L << Math.min(returns.failed() - 1, maxDoublings));
    }

    private boolean isAway(Queue queue) {
        BrokerAddresses broker = context.broker(queue);
        String master = broker == null ? null : broker.master();
        return master == null || !context.reachability().isReachable(master);
    }

    @Override
    public void brokerBack(String address) {
        for (Kept waiting : kept) {
            BrokerAddresses broker = context.broker(waiting.delivery.queue().queue());
            if (broker != null && address.equals(broker.master()) && kept.remove(waiting)) {
                goOn(waiting, waiting.delivery.with(waiting.delivery.returns().anew()));
            }
        }
    }

    @Override
    public int waiting() {
        return kept.size();
    }

    private void goOn(Kept waiting, Delivery delivery) {
        if (waiting.stored || waiting.verdict.isDeadLetter()) {
            // The listener has had its last say, so it is not asked again.
            giveBack(delivery, waiting.verdict, waiting.stored, () -> {});
        } else {
            again.accept(delivery);
        }
    }
}
