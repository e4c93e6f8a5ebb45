package io.reliablemq.client.consumer;

import io.reliablemq.client.api.PushConsumer.Queue;
import io.reliablemq.client.api.ReceivedMessage;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import io.reliablemq.protocol.message.SystemFlag;
import java.io.ByteArrayOutputStream;
import java.time.Instant;
import java.util.Collections;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/** Turns stored messages into those for the application: the original topic, the inflated body. Pure functions. */
final class MessageReader {

    /** No body may become larger than this when it is inflated. */
    static final int MAX_BODY_BYTES = 128 * 1024 * 1024;

    /** @throws UnreadableMessageException if the body cannot be inflated */
    static ReceivedMessage read(Delivery delivery) throws UnreadableMessageException {
        StoredMessage stored = delivery.message();
        return message(delivery.queue().queue(), stored, delivery.failedBefore(), body(stored));
    }

    /** @throws UnreadableMessageException if the body cannot be inflated */
    static ReceivedMessage read(Queue queue, StoredMessage stored) throws UnreadableMessageException {
        return message(queue, stored, stored.reconsumeTimes(), body(stored));
    }

    /** With the body as it is stored, where it cannot be inflated: for those who are told that nobody could handle it. */
    static ReceivedMessage readOrRaw(Queue queue, StoredMessage stored) {
        try {
            return read(queue, stored);
        } catch (UnreadableMessageException e) {
            return message(queue, stored, stored.reconsumeTimes(), stored.body());
        }
    }

    /** As {@link #readOrRaw(Queue, StoredMessage)}. */
    static ReceivedMessage readOrRaw(Delivery delivery) {
        try {
            return read(delivery);
        } catch (UnreadableMessageException e) {
            StoredMessage stored = delivery.message();
            return message(delivery.queue().queue(), stored, delivery.failedBefore(), stored.body());
        }
    }

    private static ReceivedMessage message(Queue queue, StoredMessage stored, int reconsumeTimes, byte[] body) {
        return new ReceivedMessage(
                originalTopic(stored),
                stored.messageId(),
                stored.offsetMessageId(),
                queue.brokerName(),
                queue.queueId(),
                stored.queueOffset(),
                reconsumeTimes,
                Instant.ofEpochMilli(stored.bornTimestamp()),
                Instant.ofEpochMilli(stored.storeTimestamp()),
                stored.flag(),
                Collections.unmodifiableMap(stored.properties()),
                body);
    }

    /** The topic that the message was first sent to, also where it comes from a retry topic. */
    static String originalTopic(StoredMessage stored) {
        @Nullable String original = stored.property(PropertyNames.RETRY_TOPIC);
        return original != null && Names.isRetryTopic(stored.topic()) ? original : stored.topic();
    }

    private static byte[] body(StoredMessage stored) throws UnreadableMessageException {
        int flag = stored.systemFlag();
        if (!SystemFlag.isSet(flag, SystemFlag.COMPRESSED)) {
            return stored.body();
        }
        int type = flag & SystemFlag.COMPRESSION_TYPE_BITS;
        if (type != 0 && type != SystemFlag.COMPRESSION_ZLIB) {
            throw new UnreadableMessageException(
                    "its body is compressed with "
                            + (type == SystemFlag.COMPRESSION_LZ4
                                    ? "LZ4"
                                    : type == SystemFlag.COMPRESSION_ZSTD ? "ZSTD" : type)
                            + "; only ZLIB is supported, so let the producer use that",
                    null);
        }
        return inflate(stored.body());
    }

    private static byte[] inflate(byte[] compressed) throws UnreadableMessageException {
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(compressed);
            ByteArrayOutputStream inflated = new ByteArrayOutputStream(compressed.length * 4);
            byte[] chunk = new byte[8192];
            while (!inflater.finished()) {
                int length = inflater.inflate(chunk);
                if (length == 0 && !inflater.finished()) {
                    throw new UnreadableMessageException("its compressed body ends too early", null);
                }
                inflated.write(chunk, 0, length);
                if (inflated.size() > MAX_BODY_BYTES) {
                    throw new UnreadableMessageException(
                            "its body of " + compressed.length + " bytes inflates to more than " + MAX_BODY_BYTES,
                            null);
                }
            }
            return inflated.toByteArray();
        } catch (DataFormatException e) {
            throw new UnreadableMessageException("its body is no ZLIB stream", e);
        } finally {
            inflater.end();
        }
    }

    private MessageReader() {}
}
