package io.reliablemq.broker.transaction;

import io.reliablemq.broker.figures.Figure;
import io.reliablemq.broker.figures.Figures;
import io.reliablemq.broker.group.ClientSessions;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.transaction.OpenTransactions.End;
import io.reliablemq.broker.transaction.OpenTransactions.Open;
import io.reliablemq.protocol.command.Body;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.CheckTransactionRequest;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.runtime.Agent;
import io.reliablemq.protocol.runtime.Clock;
import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks producers how transactions ended that are open for too long, and sets those aside that nobody ends within the limits:
 * their messages go to a topic of their own, are logged and counted, and are never delivered or forgotten.
 *
 * <p>Owned by {@code rmq-scheduler}; figures may be read by any thread.
 */
public final class TransactionChecks implements Figures {

    private static final Logger LOG = LoggerFactory.getLogger(TransactionChecks.class);

    private final TransactionRules rules;
    private final String brokerName;
    private final OpenTransactions transactions;
    private final ClientSessions sessions;
    private final MessageStore store;
    private final Clock clock;
    private final PriorityQueue<Due> dues = new PriorityQueue<>(Comparator.comparingLong(Due::inNanos));
    private final long originNanos;
    private final AtomicLong asked = new AtomicLong();
    private final AtomicLong undecided = new AtomicLong();
    private int turn;

    /** @param inNanos when it is to be looked at, since {@code originNanos} */
    private record Due(Open transaction, long inNanos) {}

    public TransactionChecks(
            TransactionRules rules,
            String brokerName,
            OpenTransactions transactions,
            ClientSessions sessions,
            MessageStore store,
            Clock clock) {
        this.rules = rules;
        this.brokerName = brokerName;
        this.transactions = transactions;
        this.sessions = sessions;
        this.store = store;
        this.clock = clock.ofMessages();
        this.originNanos = this.clock.nanos();
    }

    /**
     * Asks for what is due.
     *
     * @return nanoseconds until it has something to do again
     */
    public long doWork() throws IOException {
        if (store.failure() != null) {
            return Agent.UNTIL_SIGNAL;
        }
        for (Open transaction : transactions.follow()) {
            dues.add(firstDue(transaction));
        }
        for (Due first = dues.peek(); first != null; first = dues.peek()) {
            long wait = first.inNanos() - now();
            if (wait > 0) {
                return wait;
            }
            dues.remove();
            if (transactions.isOpen(first.transaction())) {
                look(first.transaction());
            }
        }
        return Agent.UNTIL_SIGNAL;
    }

    private long now() {
        return clock.nanos() - originNanos;
    }

    /** A jump of the wall clock makes no wait longer than it is. */
    private Due firstDue(Open transaction) throws IOException {
        long waitMs = rules.timeout().toMillis();
        StoredMessage half = store.readAt(OpenTransactions.HALVES, transaction.offset());
        String immunity = half == null ? null : half.property(PropertyNames.CHECK_IMMUNITY_SECONDS);
        if (immunity != null) {
            waitMs = immunityMs(immunity, waitMs);
        }
        long left = Math.max(0, Math.min(waitMs, transaction.storedAtMs() + waitMs - clock.wallMs()));
        return new Due(transaction, now() + Duration.ofMillis(left).toNanos());
    }

    private long immunityMs(String seconds, long otherwise) {
        try {
            long ms = Math.multiplyExact(Long.parseLong(seconds), 1000L);
            return ms < 0 ? otherwise : Math.min(ms, rules.maxAge().toMillis());
        } catch (ArithmeticException | NumberFormatException e) {
            // The application's own mistake; asking early does no harm.
            return otherwise;
        }
    }

    private void look(Open transaction) throws IOException {
        int checks = transactions.checks(transaction);
        boolean tooOld =
                clock.wallMs() - transaction.storedAtMs() >= rules.maxAge().toMillis();
        StoredMessage half = store.readAt(OpenTransactions.HALVES, transaction.offset());
        if (half == null && transactions.isHidden(transaction)) {
            dues.add(new Due(transaction, now() + rules.checkInterval().toNanos()));
            return;
        }
        if (half == null) {
            // Only damage takes it away, since retention keeps it. There is nothing left to deliver or to ask for.
            LOG.error("The half message {} is no longer in the log; its transaction cannot end", transaction.offset());
            return;
        }
        if (tooOld || checks >= rules.checkMax()) {
            giveUp(transaction, half, checks);
        } else {
            ask(transaction, half);
        }
        dues.add(new Due(transaction, now() + rules.checkInterval().toNanos()));
    }

    /** One of the group's producers; a question that nobody can be asked does not count. */
    private void ask(Open transaction, StoredMessage half) {
        String group = String.valueOf(HalfMessage.producerGroup(half));
        List<ClientSessions.Producer> producers = sessions.producers(group);
        if (producers.isEmpty()) {
            LOG.debug("No producer of the group {} is here to be asked for {}", group, half.messageId());
            return;
        }
        StoredMessage shown;
        try {
            shown = HalfMessage.real(half);
        } catch (IllegalArgumentException e) {
            LOG.error("A transaction cannot be asked for: {}", e.getMessage());
            return;
        }
        CheckTransactionRequest header = new CheckTransactionRequest(
                Names.HALF_TOPIC,
                half.queueOffset(),
                half.position(),
                half.messageId(),
                half.property(PropertyNames.TRANSACTION_ID),
                half.offsetMessageId(),
                brokerName);
        Command question = Command.request(
                        RequestCode.CHECK_TRANSACTION_STATE, header.fields(), Body.of(MessageLayout.encode(shown)))
                .asOneWay();
        producers.get(Math.floorMod(turn++, producers.size())).connection().sendOneWay(question);
        transactions.checked(transaction);
        asked.incrementAndGet();
    }

    private void giveUp(Open transaction, StoredMessage half, int checks) throws IOException {
        Open claimed = transactions.claim(transaction.offset());
        if (claimed == null) {
            return;
        }
        store.append(HalfMessage.undecided(half, checks), half.position(), result -> {
            if (result.status().isStored()) {
                transactions.ended(claimed, End.UNDECIDED, result.position());
                undecided.incrementAndGet();
                LOG.error(
                        "The transaction of message {} for topic {} was not ended by the group {} after {} questions."
                                + " The message is not delivered; it is in the topic {} at position {}",
                        half.messageId(),
                        half.property(PropertyNames.REAL_TOPIC),
                        HalfMessage.producerGroup(half),
                        checks,
                        Names.UNDECIDED_TOPIC,
                        result.position());
            } else if (result.status().isRefused()) {
                transactions.release(claimed);
            }
        });
    }

    @Override
    public List<Figure> read() {
        return List.of(
                Figure.gauge(
                        "reliable.mq.broker.transactions.open",
                        Figure.MESSAGES,
                        "Half messages whose transactions have not ended",
                        transactions.size()),
                Figure.counter(
                        "reliable.mq.broker.transactions.checks",
                        "",
                        "Questions to producers how a transaction ended",
                        asked.get()),
                Figure.counter(
                        "reliable.mq.broker.transactions.undecided",
                        Figure.MESSAGES,
                        "Messages of transactions that nobody has ended within the limits",
                        undecided.get()));
    }
}
