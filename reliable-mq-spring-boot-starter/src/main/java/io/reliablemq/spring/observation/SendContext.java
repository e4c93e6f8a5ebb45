package io.reliablemq.spring.observation;

import io.micrometer.observation.transport.Kind;
import io.micrometer.observation.transport.SenderContext;
import io.reliablemq.client.api.Attempt;
import io.reliablemq.client.api.SendReceipt;
import io.reliablemq.protocol.message.Message;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A send that is observed. Used by one thread at a time. */
public final class SendContext extends SenderContext<Map<String, String>> {

    /** The operation of taking a message down for an outbox. */
    public static final String CREATE = "create";

    private final String operation;
    private final List<Message> messages;
    private @Nullable SendReceipt receipt;
    private List<Attempt> attempts = List.of();
    private String errorType = DefaultSendObservationConvention.NONE;

    /**
     * @param operation {@code send}, {@code request} or {@code create}
     * @param messages of one topic; several for a batch
     * @param keepsTrace whether a trace context that the messages carry already is theirs, and stays
     */
    SendContext(String operation, List<Message> messages, boolean keepsTrace) {
        super(setter(messages.get(0), keepsTrace), Kind.PRODUCER);
        this.operation = operation;
        this.messages = List.copyOf(messages);
        setCarrier(new HashMap<>());
        setRemoteServiceName(DefaultSendObservationConvention.SYSTEM);
    }

    private static io.micrometer.observation.transport.Propagator.Setter<Map<String, String>> setter(
            Message first, boolean keepsTrace) {
        return (carrier, key, value) -> {
            if (carrier != null && !(keepsTrace && first.property(key) != null)) {
                carrier.put(key, value);
            }
        };
    }

    public String operation() {
        return operation;
    }

    public String topic() {
        return messages.get(0).topic();
    }

    /** As they were given; one, or those of a batch. */
    public List<Message> messages() {
        return messages;
    }

    /** Null until a broker has answered, and after a failure. */
    public @Nullable SendReceipt receipt() {
        return receipt;
    }

    /** Those that were made until now. */
    public List<Attempt> attempts() {
        return attempts;
    }

    /** Of few values; {@code none} as long as nothing has failed. */
    public String errorType() {
        return errorType;
    }

    void succeeded(SendReceipt first) {
        receipt = first;
        attempts = first.attempts();
    }

    void failed(SendFailure failure) {
        attempts = failure.attempts();
        errorType = failure.reason();
    }

    /** The messages with what is to travel along. */
    List<Message> injected() {
        Map<String, String> carrier = getCarrier();
        if (carrier == null || carrier.isEmpty()) {
            return messages;
        }
        return messages.stream().map(message -> with(message, carrier)).toList();
    }

    private static Message with(Message message, Map<String, String> carrier) {
        Map<String, String> properties = new java.util.LinkedHashMap<>(message.properties());
        properties.putAll(carrier);
        return new Message(message.topic(), message.flag(), properties, message.body());
    }
}
