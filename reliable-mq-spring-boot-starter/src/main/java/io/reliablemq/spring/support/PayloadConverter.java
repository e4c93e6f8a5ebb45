package io.reliablemq.spring.support;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.ByteArrayMessageConverter;
import org.springframework.messaging.converter.CompositeMessageConverter;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.messaging.converter.MessageConverter;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;
import tools.jackson.databind.json.JsonMapper;

/**
 * How payloads become bytes and bytes become payloads, for sending and for listening alike.
 *
 * <p>A type of its own, so that the application's other message converters are left alone: to replace the
 * conversion, define a bean of this type. Thread-safe if its converter is.
 */
public final class PayloadConverter {

    /** JSON that was sent as text or bytes, and so is labelled as such, can still be read as an object. */
    private static final MimeType[] READ_AS_JSON = {
        MimeTypeUtils.APPLICATION_JSON,
        new MimeType("application", "*+json"),
        MimeTypeUtils.TEXT_PLAIN,
        MimeTypeUtils.APPLICATION_OCTET_STREAM
    };

    private final MessageConverter converter;

    private PayloadConverter(MessageConverter converter) {
        this.converter = converter;
    }

    /** Text as UTF-8, bytes as they are, everything else as JSON by the mapper. */
    public static PayloadConverter json(JsonMapper mapper) {
        return json(mapper, List.of());
    }

    /** As {@link #json}, with these before the three: the first that can convert does. They must make bytes or text. */
    public static PayloadConverter json(JsonMapper mapper, List<? extends MessageConverter> before) {
        return json(() -> mapper, before);
    }

    /** As {@link #json(JsonMapper, List)}, with a mapper that is asked for once, when the first payload needs it. */
    public static PayloadConverter json(Supplier<JsonMapper> mapper, List<? extends MessageConverter> before) {
        List<MessageConverter> all = new ArrayList<>(before);
        all.add(new TextConverter());
        all.add(new ByteArrayMessageConverter());
        all.add(new JsonOnFirstUse(mapper, READ_AS_JSON));
        return of(all);
    }

    /** The converters in this order: the first that can convert does. They must make bytes or text. */
    public static PayloadConverter of(List<? extends MessageConverter> converters) {
        return new PayloadConverter(new CompositeMessageConverter(List.copyOf(converters)));
    }

    /** What turns a received message into a listener's payload. */
    public MessageConverter messageConverter() {
        return converter;
    }

    /**
     * Converts for sending.
     *
     * @throws MessageConversionException if no converter takes the payload, or the one that does cannot write it
     */
    Message<?> write(Object payload, MessageHeaders headers) {
        Message<?> message = converter.toMessage(payload, headers);
        if (message == null) {
            throw new MessageConversionException("No converter takes a payload of type "
                    + payload.getClass().getName() + " with content type " + headers.get(MessageHeaders.CONTENT_TYPE));
        }
        return message;
    }

    /**
     * Converts what was received.
     *
     * @throws MessageConversionException if no converter makes this type of it
     */
    <T> T read(Message<?> message, Class<T> type) {
        if (type.isInstance(message.getPayload())) {
            return type.cast(message.getPayload());
        }
        Object payload = converter.fromMessage(message, type);
        if (payload == null) {
            throw new MessageConversionException(
                    message,
                    "No converter makes a " + type.getName() + " of a message with content type "
                            + message.getHeaders().get(MessageHeaders.CONTENT_TYPE));
        }
        return type.cast(payload);
    }
}
