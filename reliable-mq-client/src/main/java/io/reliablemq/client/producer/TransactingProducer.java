package io.reliablemq.client.producer;

import io.reliablemq.client.agent.Causes;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.ProducerSettings;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.TransactionListener;
import io.reliablemq.client.api.TransactionOutcome;
import io.reliablemq.client.api.TransactionProducer;
import io.reliablemq.client.api.TransactionReceipt;
import io.reliablemq.protocol.command.Command;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.header.EndTransactionRequest;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageIds;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends half messages, and tells brokers how the transactions behind them ended. Thread-safe. */
public final class TransactingProducer implements TransactionProducer {

    private static final Logger log = LoggerFactory.getLogger(TransactingProducer.class);

    private static final int MAX_TRIES_TO_END = 3;

    private final ProducerSettings settings;
    private final SendContext context;
    private final SendOrders orders;
    private final Sends sends;
    private final TransactionListener listener;
    private final Consumer<TransactingProducer> leave;

    /**
     * @param leave runs once, after the last send has ended
     * @throws IllegalStateException if the group has another listener in this client
     */
    public TransactingProducer(
            ProducerSettings settings,
            SendContext context,
            TransactionListener listener,
            Consumer<TransactingProducer> leave) {
        this.settings = settings;
        this.context = context;
        this.orders = new SendOrders(settings, context.clock());
        this.sends = new Sends(settings, context, null);
        this.listener = listener;
        this.leave = leave;
        context.questions().add(settings.group(), listener);
    }

    @Override
    public TransactionReceipt send(Message message, @Nullable Object argument) {
        SendOrder order = orders.half(message);
        SendReceipt half = sends.send(order, settings.sendTimeout(), Sends.OnFailure.THROW);
        TransactionOutcome outcome;
        String detail = "";
        try {
            outcome = TransactionQuestions.told(listener.execute(order.message(), argument), half.messageId());
        } catch (Exception e) {
            log.error("The local transaction of message {} threw; the broker asks how it ended", half.messageId(), e);
            outcome = TransactionOutcome.UNKNOWN;
            detail = "the local transaction threw " + e;
        }
        if (outcome == TransactionOutcome.UNKNOWN) {
            return new TransactionReceipt(half, outcome, false, detail.isEmpty() ? "it cannot be told yet" : detail);
        }
        String problem = end(half, outcome);
        if (!problem.isEmpty()) {
            log.warn(
                    "The broker {} has not confirmed that the transaction of message {} ended as {}: {}. It will ask",
                    half.brokerName(),
                    half.messageId(),
                    outcome,
                    problem);
        }
        return new TransactionReceipt(half, outcome, problem.isEmpty(), problem);
    }

    /** Tells the broker, and again if it does not answer; saying it twice does no harm. @return why not; empty if it knows */
    private String end(SendReceipt half, TransactionOutcome outcome) {
        SendBudget budget = SendBudget.start(context.clock(), settings.sendTimeout());
        Attempt stored = half.attempts().get(half.attempts().size() - 1);
        Command request = Command.request(
                RequestCode.END_TRANSACTION, header(half, outcome).fields());
        String problem = "no time was left";
        for (int tries = 1; tries <= MAX_TRIES_TO_END && !budget.remaining().isZero(); tries++) {
            Duration timeout = budget.forAttempt(tries == MAX_TRIES_TO_END);
            try {
                Command answer = context.remote()
                        .invoke(stored.brokerAddress(), request, timeout)
                        .get(timeout.toNanos(), TimeUnit.NANOSECONDS);
                if (answer.isSuccess()) {
                    return "";
                }
                problem = "code " + answer.code() + " " + answer.remarkText();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return "the thread was interrupted";
            } catch (TimeoutException e) {
                problem = "no answer within " + timeout.toMillis() + " ms";
            } catch (ExecutionException e) {
                problem = Causes.text(e.getCause() == null ? e : e.getCause());
            }
        }
        return problem;
    }

    private EndTransactionRequest header(SendReceipt half, TransactionOutcome outcome) {
        return new EndTransactionRequest(
                half.topic(),
                settings.group(),
                half.queueOffset(),
                MessageIds.position(half.offsetMessageId()),
                TransactionQuestions.decision(outcome),
                false,
                half.messageId(),
                half.messageId(),
                half.brokerName());
    }

    @Override
    public void close() {
        if (sends.close()) {
            context.questions().remove(settings.group());
            leave.accept(this);
        }
    }
}
