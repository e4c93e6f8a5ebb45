package io.reliablemq.protocol.message;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * What indexes need of a stored message, read without its body. The properties must not be changed.
 */
public record MessageSummary(
        String topic, int queueId, long queueOffset, long storeTimestamp, Map<String, String> properties) {

    /**
     * Reads the message that fills the buffer from its position to its limit; the position does not change.
     *
     * @throws MessageFormatException if the bytes are not one message
     */
    public static MessageSummary read(ByteBuffer message) {
        ByteBuffer in = message.slice();
        if (in.limit() < MessageLayout.MIN_SIZE || in.getInt(MessageLayout.TOTAL_SIZE_AT) != in.limit()) {
            throw new MessageFormatException("The " + in.limit() + " bytes are not one message");
        }
        int magic = in.getInt(MessageLayout.MAGIC_AT);
        if (magic != MessageLayout.MAGIC_V1 && magic != MessageLayout.MAGIC_V2) {
            throw new MessageFormatException("Unknown magic code " + Integer.toHexString(magic));
        }
        int systemFlag = in.getInt(MessageLayout.SYSTEM_FLAG_AT);
        int storeTimestampAt = MessageLayout.storeTimestampAt(systemFlag);
        try {
            in.position(MessageLayout.bodyLengthAt(systemFlag));
            skip(in, in.getInt());
            String topic = text(in, magic == MessageLayout.MAGIC_V2 ? in.getShort() : in.get());
            Map<String, String> properties = MessageProperties.decode(text(in, in.getShort()));
            return new MessageSummary(
                    topic,
                    in.getInt(MessageLayout.QUEUE_ID_AT),
                    in.getLong(MessageLayout.QUEUE_OFFSET_AT),
                    in.getLong(storeTimestampAt),
                    properties);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new MessageFormatException("A field of the message is longer than the message");
        }
    }

    private static void skip(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new MessageFormatException(
                    "The body's length is " + length + " where " + in.remaining() + " bytes are left");
        }
        in.position(in.position() + length);
    }

    private static String text(ByteBuffer in, int length) {
        if (length < 0 || length > in.remaining()) {
            throw new MessageFormatException("A length is " + length + " where " + in.remaining() + " bytes are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
