package io.reliablemq.client.journal;

import io.reliablemq.protocol.message.Message;
import io.reliablemq.protocol.message.MessageProperties;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * One record of the journal: length of what follows the checksum (4), CRC-32C of that (4), kind (1), number of the message (8),
 * and for a message: time of the send (8),
 * flag (4), topic, properties and body (4 + n each).
 *
 * @param kind {@link #MESSAGE}, {@link #SENT} or {@link #REJECTED}
 * @param number of the message; they ascend in the order in which messages were accepted
 * @param bornTimestamp when the message was sent first, in ms; 0 for other kinds
 * @param message null unless the kind is {@link #MESSAGE}
 */
record JournalRecord(
        byte kind,
        long number,
        long bornTimestamp,
        @Nullable Message message) {

    /** A message that was accepted. */
    static final byte MESSAGE = 1;
    /** The message of that number was sent. */
    static final byte SENT = 2;
    /** The message of that number was set aside. */
    static final byte REJECTED = 3;

    static final int FRAME_BYTES = 8;
    private static final int HEAD_BYTES = 9;
    /** Of a record that says what became of a message. */
    static final int END_BYTES = FRAME_BYTES + HEAD_BYTES;

    private static final int MAX_BYTES = 256 * 1024 * 1024;

    /** What became of the message of that number. */
    static JournalRecord end(byte kind, long number) {
        return new JournalRecord(kind, number, 0, null);
    }

    ByteBuffer encode() {
        Message content = message;
        byte[] topic = content == null ? new byte[0] : content.topic().getBytes(StandardCharsets.UTF_8);
        byte[] properties = content == null
                ? new byte[0]
                : MessageProperties.encode(content.properties()).getBytes(StandardCharsets.UTF_8);
        int size = HEAD_BYTES;
        if (content != null) {
            size += 24 + topic.length + properties.length + content.body().length;
        }
        ByteBuffer out = ByteBuffer.allocate(FRAME_BYTES + size);
        out.position(FRAME_BYTES);
        out.put(kind).putLong(number);
        if (content != null) {
            out.putLong(bornTimestamp).putInt(content.flag());
            out.putInt(topic.length).put(topic);
            out.putInt(properties.length).put(properties);
            out.putInt(content.body().length).put(content.body());
        }
        out.putInt(0, size).putInt(4, checksum(out, size));
        return out.flip();
    }

    private static int checksum(ByteBuffer record, int size) {
        CRC32C crc = new CRC32C();
        crc.update(record.slice(FRAME_BYTES, size));
        return (int) crc.getValue();
    }

    /**
     * Reads the record at the buffer's position, and moves behind it.
     *
     * @return null, without moving, if no whole record is there
     */
    static @Nullable JournalRecord decode(ByteBuffer in) {
        ByteBuffer rest = in.slice();
        if (rest.remaining() < FRAME_BYTES + HEAD_BYTES) {
            return null;
        }
        int size = rest.getInt();
        int checksum = rest.getInt();
        if (size < HEAD_BYTES
                || size > MAX_BYTES
                || size > rest.remaining()
                || checksum(in.slice(), size) != checksum) {
            return null;
        }
        try {
            byte kind = rest.get();
            long number = rest.getLong();
            long bornTimestamp = kind == MESSAGE ? rest.getLong() : 0;
            Message message = kind == MESSAGE ? message(rest) : null;
            in.position(in.position() + FRAME_BYTES + size);
            return new JournalRecord(kind, number, bornTimestamp, message);
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            return null;
        }
    }

    private static Message message(ByteBuffer in) {
        int flag = in.getInt();
        String topic = new String(bytes(in), StandardCharsets.UTF_8);
        String properties = new String(bytes(in), StandardCharsets.UTF_8);
        return new Message(topic, flag, MessageProperties.decode(properties), bytes(in));
    }

    private static byte[] bytes(ByteBuffer in) {
        int length = in.getInt();
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("a field of " + length + " bytes where " + in.remaining() + " are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }
}
