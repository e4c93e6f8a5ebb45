package io.reliablemq.spring.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.ReceiverContext;
import io.reliablemq.client.api.ConsumeInterceptor.MessageEnd;
import io.reliablemq.client.api.PushConsumerSettings;
import io.reliablemq.client.api.ReceivedMessage;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listener at work that is observed. Used by one thread at a time.
 *
 * <p>A single message goes on with the trace of its send. The messages of a batch may belong to several traces, so a batch of
 * more than one begins a trace of its own.
 */
public final class ProcessContext extends ReceiverContext<ReceivedMessage> {

    private final PushConsumerSettings settings;
    private final List<ReceivedMessage> messages;
    private @Nullable MessageEnd end;
    private String errorType = DefaultProcessObservationConvention.NONE;

    ProcessContext(PushConsumerSettings settings, List<ReceivedMessage> messages) {
        super((message, key) -> messages.size() == 1 ? message.property(key) : null, Kind.CONSUMER);
        this.settings = settings;
        this.messages = List.copyOf(messages);
        setCarrier(this.messages.get(0));
        setRemoteServiceName(DefaultSendObservationConvention.SYSTEM);
    }

    /** Of the consumer. */
    public PushConsumerSettings settings() {
        return settings;
    }

    /** One, or those of a batch. */
    public List<ReceivedMessage> messages() {
        return messages;
    }

    public String topic() {
        return messages.get(0).topic();
    }

    /** What becomes of the message, of a batch the gravest; null until that is known. */
    public @Nullable MessageEnd end() {
        return end;
    }

    /** Class of what the listener threw; {@code none} as long as it threw nothing. */
    public String errorType() {
        return errorType;
    }

    void ended(List<MessageEnd> ends, @Nullable Throwable error) {
        end = ends.stream().max(Comparator.naturalOrder()).orElse(MessageEnd.DONE);
        if (error != null) {
            errorType = error.getClass().getSimpleName();
        }
    }
}
