package io.reliablemq.spring.test;

import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.spring.support.MessageMapper;
import io.reliablemq.spring.support.PayloadConverter;

/** Makes payloads of messages as a listener would get them. Thread-safe. */
public final class ReceivedPayloads {

    private final PayloadConverter converter;
    private final MessageMapper mapper;

    public ReceivedPayloads(PayloadConverter converter, MessageMapper mapper) {
        this.converter = converter;
        this.mapper = mapper;
    }

    /** @throws AssertionError if no converter can make that type of it */
    <T> T read(ReceivedMessage message, Class<T> type) {
        Object payload;
        try {
            payload = converter.messageConverter().fromMessage(mapper.fromWire(message), type);
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "The payload of " + TopicProbe.describe(message) + " cannot be read as " + type.getName() + ": "
                            + e.getMessage(),
                    e);
        }
        if (payload == null) {
            throw new AssertionError("No converter makes a " + type.getName() + " of " + TopicProbe.describe(message));
        }
        return type.cast(payload);
    }
}
