package io.reliablemq.spring.observation;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.client.api.SendStatus;
import io.reliablemq.protocol.message.Message;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/** Observes and counts sends. Thread-safe; each {@link Send} belongs to one send. */
public final class SendObservations {

    private static final Log log = LogFactory.getLog(SendObservations.class);
    private static final String WITHOUT_EFFECT =
            "What observes or counts sends has failed; what became of the message counts all the same";
    private static final SendObservationConvention DEFAULT = new DefaultSendObservationConvention();

    private final ObservationRegistry registry;
    private final @Nullable SendObservationConvention convention;
    private final List<SendCounts> counts;

    /** @param convention null for the default */
    public SendObservations(
            ObservationRegistry registry, @Nullable SendObservationConvention convention, List<SendCounts> counts) {
        this.registry = registry;
        this.convention = convention;
        this.counts = List.copyOf(counts);
    }

    /** Begins to observe a send. Where no observation is current, a trace that the messages carry already goes on. */
    Send start(String operation, List<Message> messages) {
        counts.forEach(each -> safely(() -> each.started(messages.get(0).topic(), messages.size())));
        try {
            return registry.isNoop() ? new Send(null, Observation.NOOP, messages) : observed(operation, messages);
        } catch (RuntimeException e) {
            log.error(WITHOUT_EFFECT, e);
            return new Send(null, Observation.NOOP, messages);
        }
    }

    private Send observed(String operation, List<Message> messages) {
        boolean keepsTrace = registry.getCurrentObservation() == null;
        SendContext context = new SendContext(operation, messages, keepsTrace);
        Observation observation = Observation.createNotStarted(convention, DEFAULT, () -> context, registry)
                .start();
        return new Send(context, observation, context.injected());
    }

    /** What an observer throws must not make a failure of a send, nor keep others from being told. */
    private static void safely(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException e) {
            log.error(WITHOUT_EFFECT, e);
        }
    }

    /**
     * Observes that a message is made which is sent later, by somebody else.
     *
     * @param taking takes it down, with the trace that is current now
     */
    void create(Message message, Consumer<Message> taking) {
        if (registry.isNoop()) {
            taking.accept(message);
            return;
        }
        SendContext context = new SendContext(SendContext.CREATE, List.of(message), false);
        Observation.createNotStarted(convention, DEFAULT, () -> context, registry)
                .observe(() -> taking.accept(context.injected().get(0)));
    }

    /** One send. Ends once, by one of {@link #succeeded}, {@link #answered}, {@link #handedOver} and {@link #failed}. */
    final class Send {

        private final @Nullable SendContext context;
        private final Observation observation;
        private final List<Message> messages;

        private Send(@Nullable SendContext context, Observation observation, List<Message> messages) {
            this.context = context;
            this.observation = observation;
            this.messages = messages;
        }

        Message message() {
            return messages.get(0);
        }

        List<Message> messages() {
            return messages;
        }

        /** Begins the send with the observation as the current one. What is thrown ends it. */
        <T> T call(Supplier<T> sending) {
            T result;
            Observation.@Nullable Scope before = registry.getCurrentObservationScope();
            Observation.Scope scope = openScope(before);
            try {
                result = sending.get();
            } catch (RuntimeException | Error e) {
                close(scope, before);
                failed(e);
                throw e;
            }
            close(scope, before);
            return result;
        }

        private Observation.Scope openScope(Observation.@Nullable Scope before) {
            try {
                return observation.openScope();
            } catch (RuntimeException e) {
                log.error(WITHOUT_EFFECT, e);
                // It is the current one by then, and would be that of all that the thread does next.
                registry.setCurrentObservationScope(before);
                return Observation.Scope.NOOP;
            }
        }

        private void close(Observation.Scope scope, Observation.@Nullable Scope before) {
            try {
                scope.close();
            } catch (RuntimeException e) {
                log.error(WITHOUT_EFFECT, e);
                registry.setCurrentObservationScope(before);
            }
        }

        void succeeded(SendReceipt receipt) {
            if (context != null) {
                context.succeeded(receipt);
            }
            safely(observation::stop);
            counts.forEach(each -> safely(
                    () -> each.succeeded(message().topic(), messages.size(), receipt.status(), receipt.attempts())));
        }

        /** The reply to a request has come. */
        void answered() {
            safely(observation::stop);
            counts.forEach(each -> safely(() -> each.succeeded(message().topic(), 1, SendStatus.SEND_OK, List.of())));
        }

        /** It is on its way, and nobody will say how it ended. */
        void handedOver() {
            safely(observation::stop);
            counts.forEach(each -> safely(() -> each.oneWay(message().topic())));
        }

        void failed(Throwable error) {
            SendFailure failure = SendFailure.of(error);
            if (context != null) {
                context.failed(failure);
            }
            safely(() -> observation.error(error));
            safely(observation::stop);
            counts.forEach(each -> safely(() -> each.failed(message().topic(), messages.size(), failure)));
        }
    }
}
