package io.reliablemq.protocol.message;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The body of a batch send: entries of total size (4), magic (4, zero), body checksum (4, zero), flag (4), body (4 + n)
 * and properties (2 + n), one behind the other.
 */
public final class BatchLayout {

    private static final int FIXED_BYTES = 22;

    /** One message of a batch. */
    public record Entry(int flag, Map<String, String> properties, byte[] body) {}

    /** @throws MessageFormatException if an entry's properties are too long for their length field */
    public static byte[] encode(List<Entry> entries) {
        List<byte[]> properties = new ArrayList<>();
        int size = 0;
        for (Entry entry : entries) {
            byte[] encoded = MessageProperties.encode(entry.properties()).getBytes(StandardCharsets.UTF_8);
            if (encoded.length > MessageProperties.MAX_BYTES) {
                throw new MessageFormatException(
                        "The properties of message " + properties.size() + " of the batch take " + encoded.length
                                + " bytes; at most " + MessageProperties.MAX_BYTES + " fit");
            }
            properties.add(encoded);
            size += FIXED_BYTES + entry.body().length + encoded.length;
        }
        ByteBuffer out = ByteBuffer.allocate(size);
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            byte[] encoded = properties.get(i);
            out.putInt(FIXED_BYTES + entry.body().length + encoded.length);
            out.putInt(0).putInt(0).putInt(entry.flag());
            out.putInt(entry.body().length).put(entry.body());
            out.putShort((short) encoded.length).put(encoded);
        }
        return out.array();
    }

    /** @throws MessageFormatException if the bytes are not a batch */
    public static List<Entry> decode(byte[] batch) {
        List<Entry> entries = new ArrayList<>();
        ByteBuffer in = ByteBuffer.wrap(batch);
        while (in.hasRemaining()) {
            entries.add(decodeEntry(in));
        }
        return entries;
    }

    private static Entry decodeEntry(ByteBuffer in) {
        int start = in.position();
        if (in.remaining() < FIXED_BYTES) {
            throw new MessageFormatException("The batch ends in the middle of an entry, at byte " + start);
        }
        int size = in.getInt();
        in.getInt();
        in.getInt();
        int flag = in.getInt();
        byte[] body = bytes(in, in.getInt(), start);
        if (in.remaining() < 2) {
            throw new MessageFormatException("The batch ends in the middle of an entry, at byte " + start);
        }
        byte[] properties = bytes(in, in.getShort(), start);
        if (in.position() - start != size) {
            throw new MessageFormatException("The batch entry at byte " + start + " says it has " + size
                    + " bytes but has " + (in.position() - start));
        }
        return new Entry(flag, MessageProperties.decode(new String(properties, StandardCharsets.UTF_8)), body);
    }

    private static byte[] bytes(ByteBuffer in, int length, int start) {
        if (length < 0 || length > in.remaining()) {
            throw new MessageFormatException("The batch entry at byte " + start + " has a field of length " + length
                    + " where " + in.remaining() + " bytes are left");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private BatchLayout() {}
}
