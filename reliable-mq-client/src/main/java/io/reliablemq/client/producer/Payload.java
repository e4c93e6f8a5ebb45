package io.reliablemq.client.producer;

import io.reliablemq.client.api.Compression;
import io.reliablemq.client.compression.BodyFormat;
import io.reliablemq.protocol.command.RequestCode;
import io.reliablemq.protocol.message.BatchLayout;
import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import io.reliablemq.protocol.message.PropertyNames;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What stands on the wire of a message or batch, the same in every attempt.
 *
 * @param properties encoded
 */
record Payload(int requestCode, int systemFlag, int flag, String properties, boolean batch, byte[] body) {

    /** Bytes of a batch beside a message's body and properties. */
    private static final int ENTRY_BYTES = 22;

    /** @throws IllegalArgumentException if its properties are too long */
    static Payload of(Message message, int requestCode, Compression compression) {
        byte[] body = message.body();
        int systemFlag = 0;
        if (body.length > compression.aboveBytes()) {
            BodyFormat format = BodyFormat.of(compression.format());
            byte[] compressed = format.compress(body);
            if (compressed.length < body.length) {
                body = compressed;
                systemFlag = format.systemFlag();
            }
        }
        return new Payload(requestCode, systemFlag, message.flag(), encode(message), false, body);
    }

    /** @param uniqueId of the batch itself */
    static Payload ofBatch(List<Message> messages, String uniqueId) {
        byte[] body = BatchLayout.encode(messages.stream()
                .map(message -> new BatchLayout.Entry(message.flag(), message.properties(), message.body()))
                .toList());
        String properties =
                MessageProperties.encode(Map.of(PropertyNames.UNIQUE_ID, uniqueId, PropertyNames.WAIT_STORE, "true"));
        return new Payload(RequestCode.SEND_BATCH_MESSAGE, 0, 0, properties, true, body);
    }

    /** Bytes that the message takes in a batch. @throws IllegalArgumentException if its properties are too long */
    static int bytesInBatch(Message message) {
        return ENTRY_BYTES + message.body().length + encode(message).getBytes(StandardCharsets.UTF_8).length;
    }

    Payload withSystemFlag(int bits) {
        return new Payload(requestCode, systemFlag | bits, flag, properties, batch, body);
    }

    private static String encode(Message message) {
        String encoded = MessageProperties.encode(message.properties());
        // A char takes three bytes at the most.
        if (encoded.length() <= MessageProperties.MAX_BYTES / 3) {
            return encoded;
        }
        int size = encoded.getBytes(StandardCharsets.UTF_8).length;
        if (size > MessageProperties.MAX_BYTES) {
            throw new IllegalArgumentException("The message for topic '" + message.topic() + "' has properties of "
                    + size + " bytes; at most " + MessageProperties.MAX_BYTES + " are allowed");
        }
        return encoded;
    }
}
