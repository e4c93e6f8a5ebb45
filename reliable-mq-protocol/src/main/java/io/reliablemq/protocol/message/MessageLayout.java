package io.reliablemq.protocol.message;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a stored message, as they stand in the log and as a pull answer carries them; several messages follow
 * each other without anything between them.
 *
 * <pre>
 * field               bytes    note
 * total size          4        of this message, this field included
 * magic               4        version 1: topic length is 1 byte; version 2: 2 bytes
 * body checksum       4        CRC-32 of the stored body, sign bit cleared
 * queue id            4
 * flag                4        the application's
 * queue offset        8        given by the log writer
 * position            8        in the log, given by the log writer
 * system flag         4        SystemFlag
 * born timestamp      8
 * born host           8 or 20  address and port; width by the system flag
 * store timestamp     8        given by the log writer
 * store host          8 or 20
 * reconsume times     4
 * prepared position   8
 * body                4 + n
 * topic               1 + n or 2 + n
 * properties          2 + n
 * </pre>
 *
 * <p>All integers are big-endian. Pure functions; any thread may call them.
 */
public final class MessageLayout {

    public static final int MAGIC_V1 = 0xDAA320A7;
    public static final int MAGIC_V2 = 0xDAA320AB;

    public static final int TOTAL_SIZE_AT = 0;
    public static final int MAGIC_AT = 4;
    public static final int QUEUE_ID_AT = 12;
    public static final int QUEUE_OFFSET_AT = 20;
    public static final int POSITION_AT = 28;
    public static final int SYSTEM_FLAG_AT = 36;
    private static final int BODY_CHECKSUM_AT = 8;
    private static final int BORN_HOST_AT = 48;

    /** The smallest message there can be: version 1, IPv4 hosts, no body, topic or properties. */
    public static final int MIN_SIZE = 91;

    private static final int V4_HOST_BYTES = 8;
    private static final int V6_HOST_BYTES = 20;

    /** Reconsume times and prepared position, which stand between the store host and the body. */
    private static final int BYTES_BEFORE_BODY = 4 + 8;

    /**
     * Encodes the message. Queue offset, position and store timestamp may be set later by
     * {@link #setPlace(ByteBuffer, int, long, long, long)}.
     *
     * @throws MessageFormatException if the properties or the topic are too long for their length fields
     */
    public static byte[] encode(StoredMessage message) {
        byte[] topic = message.topic().getBytes(StandardCharsets.UTF_8);
        byte[] properties = MessageProperties.encode(message.properties()).getBytes(StandardCharsets.UTF_8);
        byte[] body = message.body();
        if (properties.length > MessageProperties.MAX_BYTES) {
            throw new MessageFormatException("The properties take " + properties.length + " bytes; at most "
                    + MessageProperties.MAX_BYTES + " fit into a message");
        }
        if (topic.length > Names.MAX_DERIVED_TOPIC_LENGTH) {
            throw new MessageFormatException("The topic takes " + topic.length + " bytes; at most "
                    + Names.MAX_DERIVED_TOPIC_LENGTH + " fit into a message");
        }
        boolean v2 = topic.length > Byte.MAX_VALUE;
        int systemFlag = hostBits(message);
        int size =
                MIN_SIZE + extraHostBytes(systemFlag) + (v2 ? 1 : 0) + body.length + topic.length + properties.length;
        ByteBuffer out = ByteBuffer.allocate(size);
        out.putInt(size);
        out.putInt(v2 ? MAGIC_V2 : MAGIC_V1);
        out.putInt(bodyChecksum(body));
        out.putInt(message.queueId());
        out.putInt(message.flag());
        out.putLong(message.queueOffset());
        out.putLong(message.position());
        out.putInt(systemFlag);
        out.putLong(message.bornTimestamp());
        putHost(out, message.bornHost());
        out.putLong(message.storeTimestamp());
        putHost(out, message.storeHost());
        out.putInt(message.reconsumeTimes());
        out.putLong(message.preparedPosition());
        out.putInt(body.length).put(body);
        if (v2) {
            out.putShort((short) topic.length);
        } else {
            out.put((byte) topic.length);
        }
        out.put(topic);
        out.putShort((short) properties.length).put(properties);
        return out.array();
    }

    /** Sets what only the log writer knows, in an encoded message that starts at {@code start}. */
    public static void setPlace(ByteBuffer encoded, int start, long queueOffset, long position, long storeTimestamp) {
        encoded.putLong(start + QUEUE_OFFSET_AT, queueOffset);
        encoded.putLong(start + POSITION_AT, position);
        encoded.putLong(start + storeTimestampAt(encoded.getInt(start + SYSTEM_FLAG_AT)), storeTimestamp);
    }

    /** Where the store timestamp stands, counted from the start of the message. */
    public static int storeTimestampAt(int systemFlag) {
        return BORN_HOST_AT + (SystemFlag.isSet(systemFlag, SystemFlag.BORN_HOST_V6) ? V6_HOST_BYTES : V4_HOST_BYTES);
    }

    /**
     * Reads one message and moves the buffer's position behind it.
     *
     * @throws MessageFormatException if the bytes are not a message
     */
    public static StoredMessage decode(ByteBuffer in) {
        return decode(in, null, false);
    }

    private static StoredMessage decode(ByteBuffer in, @Nullable StoredMessage like, boolean inPlace) {
        int start = in.position();
        if (in.remaining() < MIN_SIZE) {
            throw new MessageFormatException(in.remaining() + " bytes at " + start + " are too few for a message");
        }
        int size = in.getInt(start + TOTAL_SIZE_AT);
        int magic = in.getInt(start + MAGIC_AT);
        if (magic != MAGIC_V1 && magic != MAGIC_V2) {
            throw new MessageFormatException("Unknown magic code " + Integer.toHexString(magic) + " at " + start);
        }
        if (size < MIN_SIZE || size > in.remaining()) {
            throw new MessageFormatException(
                    "Message size " + size + " at " + start + " does not fit into " + in.remaining() + " bytes");
        }
        try {
            StoredMessage message = decodeFields(in.slice(start, size), magic == MAGIC_V2, like, inPlace);
            in.position(start + size);
            return message;
        } catch (java.nio.BufferUnderflowException e) {
            throw new MessageFormatException("A field of the message at " + start + " is longer than the message");
        }
    }

    /** Reads messages until the buffer ends. @return a list that belongs to the caller */
    public static List<StoredMessage> decodeAll(ByteBuffer in) {
        return decodeAll(in, false);
    }

    /**
     * Reads messages until the array ends, without copying their bodies out of it: it must not change afterwards.
     *
     * @return a list that belongs to the caller
     */
    public static List<StoredMessage> decodeInPlace(byte[] messages) {
        return decodeAll(ByteBuffer.wrap(messages), true);
    }

    private static List<StoredMessage> decodeAll(ByteBuffer in, boolean inPlace) {
        List<StoredMessage> messages = new ArrayList<>();
        StoredMessage last = null;
        while (in.hasRemaining()) {
            last = decode(in, last, inPlace);
            messages.add(last);
        }
        return messages;
    }

    /**
     * @param like a message that is probably of the same topic and hosts, which need not be made again then
     * @param inPlace whether the body stays in the buffer's array
     */
    private static StoredMessage decodeFields(
            ByteBuffer in, boolean v2, @Nullable StoredMessage like, boolean inPlace) {
        in.position(12);
        int queueId = in.getInt();
        int flag = in.getInt();
        long queueOffset = in.getLong();
        long position = in.getLong();
        int systemFlag = in.getInt();
        long bornTimestamp = in.getLong();
        InetSocketAddress bornHost =
                host(in, SystemFlag.isSet(systemFlag, SystemFlag.BORN_HOST_V6), like == null ? null : like.bornHost());
        long storeTimestamp = in.getLong();
        InetSocketAddress storeHost = host(
                in, SystemFlag.isSet(systemFlag, SystemFlag.STORE_HOST_V6), like == null ? null : like.storeHost());
        int reconsumeTimes = in.getInt();
        long preparedPosition = in.getLong();
        StoredBody body = body(in, inPlace);
        int topicLength = v2 ? in.getShort() : in.get();
        String topic = topic(in, topicLength, like);
        Map<String, String> properties = properties(in, like == null ? Map.of() : like.properties());
        return new StoredMessage(
                topic,
                queueId,
                queueOffset,
                position,
                flag,
                systemFlag,
                bornTimestamp,
                bornHost,
                storeTimestamp,
                storeHost,
                reconsumeTimes,
                preparedPosition,
                properties,
                body);
    }

    private static StoredBody body(ByteBuffer in, boolean inPlace) {
        int size = checked(in, in.getInt(), "body");
        return inPlace ? new StoredBody(in.array(), skip(in, size), size) : StoredBody.of(bytes(in, size, "body"));
    }

    private static Map<String, String> properties(ByteBuffer in, Map<String, String> like) {
        int length = checked(in, in.getShort(), "properties");
        if (!in.hasArray()) {
            return MessageProperties.decode(bytes(in, length, "properties"), 0, length, like);
        }
        int from = skip(in, length);
        return MessageProperties.decode(in.array(), from, from + length, like);
    }

    /** @return where the bytes that are passed over stand in the buffer's array */
    private static int skip(ByteBuffer in, int length) {
        int at = in.position();
        in.position(at + length);
        return in.arrayOffset() + at;
    }

    private static int checked(ByteBuffer in, int length, String field) {
        if (length < 0 || length > in.remaining()) {
            throw new MessageFormatException(
                    "The length of the " + field + " is " + length + " where " + in.remaining() + " bytes are left");
        }
        return length;
    }

    private static byte[] bytes(ByteBuffer in, int length, String field) {
        byte[] bytes = new byte[checked(in, length, field)];
        in.get(bytes);
        return bytes;
    }

    private static String topic(ByteBuffer in, int length, @Nullable StoredMessage like) {
        if (like != null && like.topic().length() == length && length <= in.remaining()) {
            int at = 0;
            // Bytes below 0x80 are characters of their own.
            while (at < length && like.topic().charAt(at) == in.get(in.position() + at)) {
                at++;
            }
            if (at == length) {
                in.position(in.position() + length);
                return like.topic();
            }
        }
        return new String(bytes(in, length, "topic"), StandardCharsets.UTF_8);
    }

    private static InetSocketAddress host(ByteBuffer in, boolean v6, @Nullable InetSocketAddress like) {
        byte[] address = bytes(in, v6 ? 16 : 4, "host");
        int port = in.getInt();
        if (like != null
                && like.getPort() == (port & 0xFFFF)
                && Arrays.equals(like.getAddress().getAddress(), address)) {
            return like;
        }
        try {
            return new InetSocketAddress(InetAddress.getByAddress(address), port & 0xFFFF);
        } catch (UnknownHostException e) {
            throw new MessageFormatException("A host address of " + address.length + " bytes is none");
        }
    }

    private static void putHost(ByteBuffer out, InetSocketAddress host) {
        out.put(host.getAddress().getAddress()).putInt(host.getPort());
    }

    private static int hostBits(StoredMessage message) {
        int bits = message.systemFlag() & ~(SystemFlag.BORN_HOST_V6 | SystemFlag.STORE_HOST_V6);
        if (message.bornHost().getAddress() instanceof Inet6Address) {
            bits |= SystemFlag.BORN_HOST_V6;
        }
        if (message.storeHost().getAddress() instanceof Inet6Address) {
            bits |= SystemFlag.STORE_HOST_V6;
        }
        return bits;
    }

    private static int extraHostBytes(int systemFlag) {
        int extra = V6_HOST_BYTES - V4_HOST_BYTES;
        return (SystemFlag.isSet(systemFlag, SystemFlag.BORN_HOST_V6) ? extra : 0)
                + (SystemFlag.isSet(systemFlag, SystemFlag.STORE_HOST_V6) ? extra : 0);
    }

    /**
     * Whether the body of the message that fills the buffer is the one that its checksum was made for. The buffer's position
     * and limit do not change.
     */
    public static boolean isBodyIntact(ByteBuffer message) {
        ByteBuffer in = message.slice();
        int lengthAt = bodyLengthAt(in.getInt(SYSTEM_FLAG_AT));
        if (lengthAt + Integer.BYTES > in.limit()) {
            return false;
        }
        int length = in.getInt(lengthAt);
        if (length < 0 || length > in.limit() - lengthAt - Integer.BYTES) {
            return false;
        }
        CRC32 crc = new CRC32();
        crc.update(in.slice(lengthAt + Integer.BYTES, length));
        return (int) (crc.getValue() & 0x7FFFFFFF) == in.getInt(BODY_CHECKSUM_AT);
    }

    /** Where the body's length stands, counted from the start of the message. */
    static int bodyLengthAt(int systemFlag) {
        int storeHost = SystemFlag.isSet(systemFlag, SystemFlag.STORE_HOST_V6) ? V6_HOST_BYTES : V4_HOST_BYTES;
        return storeTimestampAt(systemFlag) + Long.BYTES + storeHost + BYTES_BEFORE_BODY;
    }

    /** CRC-32 with the sign bit cleared, as the protocol has it. */
    public static int bodyChecksum(byte[] body) {
        CRC32 crc = new CRC32();
        crc.update(body);
        return (int) (crc.getValue() & 0x7FFFFFFF);
    }

    private MessageLayout() {}
}
