package io.reliablemq.spring.support;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.converter.MessageConversionException;
import org.springframework.messaging.support.GenericMessage;
import org.springframework.util.InvalidMimeTypeException;
import org.springframework.util.MimeType;
import org.springframework.util.MimeTypeUtils;

/**
 * Maps Spring's messages to the protocol's and back.
 *
 * <p>Headers of a simple type (text, number, boolean, character, UUID, enum, MIME type) become user properties, as
 * text, and come back as text headers. {@code id}, {@code timestamp} and the headers of request and reply belong to
 * this process and stay in it; the headers of {@link ReliableMqHeaders} stand for parts of the message. Thread-safe.
 */
public final class MessageMapper {

    private final PayloadConverter converter;

    public MessageMapper(PayloadConverter converter) {
        this.converter = converter;
    }

    /**
     * Makes the message to send.
     *
     * @param payload an object, or a Spring message with a payload and headers of its own
     * @param headers set beside and above those of a Spring message
     * @throws MessageConversionException if the payload cannot be converted
     * @throws IllegalArgumentException if destination or headers cannot be sent
     */
    public Message toWire(String destination, Object payload, Map<String, Object> headers) {
        Destination to = Destination.parse(destination);
        headers.forEach(MessageMapper::requireMappable);
        Map<String, Object> all = new LinkedHashMap<>();
        Object content = payload;
        if (payload instanceof org.springframework.messaging.Message<?> message) {
            all.putAll(message.getHeaders());
            content = message.getPayload();
        }
        all.putAll(headers);
        org.springframework.messaging.Message<?> converted = converter.write(content, new MessageHeaders(all));
        Message.Builder builder = Message.builder(to.topic()).body(bytes(converted.getPayload()));
        converted.getHeaders().forEach((name, value) -> mapHeader(builder, name, value));
        String tag = to.tag() != null ? to.tag() : tag(all.get(ReliableMqHeaders.TAGS));
        if (tag != null) {
            builder.tag(tag);
        }
        String keys = keys(all.get(ReliableMqHeaders.KEYS));
        if (!keys.isEmpty()) {
            builder.keys(keys);
        }
        Object orderingKey = all.get(ReliableMqHeaders.ORDERING_KEY);
        if (orderingKey != null) {
            builder.orderingKey(orderingKey.toString());
        }
        DeliveryHeaders.apply(all, builder);
        return builder.build();
    }

    /**
     * Makes the body of a reply.
     *
     * @throws MessageConversionException if the payload cannot be converted
     */
    public byte[] body(Object payload) {
        return bytes(converter.write(payload, new MessageHeaders(Map.of())).getPayload());
    }

    /**
     * Reads the payload of a received message.
     *
     * @throws MessageConversionException if no converter makes this type of it
     */
    public <T> T payload(ReceivedMessage received, Class<T> type) {
        return converter.read(fromWire(received), type);
    }

    /**
     * Makes the message that a listener method receives.
     *
     * @throws MessageConversionException if its content type cannot be read
     */
    public org.springframework.messaging.Message<byte[]> fromWire(ReceivedMessage received) {
        Map<String, Object> headers = new LinkedHashMap<>();
        received.properties().forEach((name, value) -> {
            if (!PropertyNames.isReserved(name)) {
                headers.put(name, value);
            }
        });
        headers.computeIfPresent(MessageHeaders.CONTENT_TYPE, (name, value) -> contentType(received, value.toString()));
        headers.put(ReliableMqHeaders.TOPIC, received.topic());
        headers.put(ReliableMqHeaders.MESSAGE_ID, received.messageId());
        headers.put(ReliableMqHeaders.OFFSET_MESSAGE_ID, received.offsetMessageId());
        headers.put(ReliableMqHeaders.BROKER_NAME, received.brokerName());
        headers.put(ReliableMqHeaders.QUEUE_ID, received.queueId());
        headers.put(ReliableMqHeaders.QUEUE_OFFSET, received.queueOffset());
        headers.put(ReliableMqHeaders.RECONSUME_TIMES, received.reconsumeTimes());
        headers.put(ReliableMqHeaders.BORN_TIMESTAMP, received.bornAt());
        headers.put(ReliableMqHeaders.STORE_TIMESTAMP, received.storedAt());
        copy(received, PropertyNames.TAGS, headers, ReliableMqHeaders.TAGS);
        copy(received, PropertyNames.KEYS, headers, ReliableMqHeaders.KEYS);
        copy(received, PropertyNames.SHARDING_KEY, headers, ReliableMqHeaders.ORDERING_KEY);
        copy(received, PropertyNames.DEAD_LETTER_ORIGIN_TOPIC, headers, ReliableMqHeaders.DEAD_LETTER_ORIGIN_TOPIC);
        copy(
                received,
                PropertyNames.DEAD_LETTER_ORIGIN_MESSAGE_ID,
                headers,
                ReliableMqHeaders.DEAD_LETTER_ORIGIN_MESSAGE_ID);
        DeadLetterHeaders.copy(received, headers);
        copyPriority(received, headers);
        return new GenericMessage<>(received.body(), headers);
    }

    private static void copy(ReceivedMessage from, String property, Map<String, Object> headers, String header) {
        String value = from.property(property);
        if (value == null) {
            // A property of the sender's own must not pass for what the protocol says.
            headers.remove(header);
        } else {
            headers.put(header, value);
        }
    }

    private static void copyPriority(ReceivedMessage from, Map<String, Object> headers) {
        int priority = MessageProperties.priority(from.properties());
        if (priority == MessageProperties.NO_PRIORITY) {
            headers.remove(ReliableMqHeaders.PRIORITY);
        } else {
            headers.put(ReliableMqHeaders.PRIORITY, priority);
        }
    }

    private static MimeType contentType(ReceivedMessage received, String value) {
        try {
            return MimeTypeUtils.parseMimeType(value);
        } catch (InvalidMimeTypeException e) {
            throw new MessageConversionException(
                    "The message " + received.messageId() + " has the content type '" + value + "', which is none", e);
        }
    }

    private static byte[] bytes(Object payload) {
        if (payload instanceof byte[] bytes) {
            return bytes;
        }
        if (payload instanceof CharSequence text) {
            return text.toString().getBytes(StandardCharsets.UTF_8);
        }
        throw new MessageConversionException(
                "The converter made a " + payload.getClass().getName() + " of the payload; it must make bytes or text");
    }

    private static void mapHeader(Message.Builder builder, String name, Object value) {
        String text = text(value);
        if (text != null && !staysInProcess(name)) {
            builder.property(name, text);
        }
    }

    private static boolean staysInProcess(String name) {
        return name.equals(MessageHeaders.ID)
                || name.equals(MessageHeaders.TIMESTAMP)
                || name.equals(MessageHeaders.REPLY_CHANNEL)
                || name.equals(MessageHeaders.ERROR_CHANNEL)
                || name.startsWith(ReliableMqHeaders.PREFIX);
    }

    private static void requireMappable(String name, Object value) {
        if (!staysInProcess(name) && text(value) == null) {
            throw new IllegalArgumentException("The header '" + name + "' is of type "
                    + value.getClass().getName()
                    + ", which cannot be sent; use text, a number, a boolean, a UUID or an enum");
        }
    }

    private static @Nullable String text(Object value) {
        if (value instanceof Enum<?> constant) {
            return constant.name();
        }
        boolean simple = value instanceof CharSequence
                || value instanceof Number
                || value instanceof Boolean
                || value instanceof Character
                || value instanceof UUID
                || value instanceof MimeType;
        return simple ? value.toString() : null;
    }

    private static @Nullable String tag(@Nullable Object header) {
        return header == null ? null : Destination.requireTag(header.toString());
    }

    private static String keys(@Nullable Object header) {
        if (header instanceof Collection<?> several) {
            return several.stream().map(Object::toString).collect(Collectors.joining(" "));
        }
        return header == null ? "" : header.toString();
    }
}
