package io.reliablemq.spring.listener.adapter;

import io.reliablemq.client.api.Producer;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.spring.support.MessageMapper;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/** Sends what listeners return to whoever asked. Thread-safe. */
public final class Replies {

    private static final Log log = LogFactory.getLog(Replies.class);

    private final Supplier<Producer> producer;
    private final MessageMapper mapper;

    /** @param producer asked for when a listener replies */
    public Replies(Supplier<Producer> producer, MessageMapper mapper) {
        this.producer = producer;
        this.mapper = mapper;
    }

    /** Whether somebody waits for a reply to this message. */
    static boolean isAskedFor(ReceivedMessage message) {
        return message.property(PropertyNames.CORRELATION_ID) != null
                && message.property(PropertyNames.REPLY_TO_CLIENT) != null;
    }

    /** @throws org.springframework.messaging.converter.MessageConversionException if no converter takes the value */
    byte[] body(ReceivedMessage request, Object value) {
        return mapper.toWire(request.topic(), value, Map.of()).body();
    }

    /**
     * Sends the reply, after the request was handled. A failure is logged, whatever it is, a reply that is empty or too large
     * among them: to handle the request again would repeat its effects and not help whoever has asked, and is told by a
     * time-out.
     */
    void send(ReceivedMessage request, byte[] body) {
        try {
            producer.get().reply(request, body);
        } catch (RuntimeException e) {
            log.warn(
                    "The reply to message " + request.messageId() + " of topic '" + request.topic()
                            + "' did not reach whoever asked; the message was handled",
                    e);
        }
    }
}
