package io.reliablemq.protocol.message;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The two kinds of message id.
 *
 * <p>The <em>offset message id</em> names a stored copy: address (4 or 16 bytes), port (4) and position in the log (8).
 * The <em>unique id</em> names the message, whatever copies there are: 16 bytes that Apache RocketMQ fills with address,
 * process, class loader, time and a counter. Ours keeps the length, the time and the counter, and replaces the first
 * part by random bits, because addresses and process ids repeat among containers.
 */
public final class MessageIds {

    private static final byte[] DIGITS = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);

    public static String offsetMessageId(InetSocketAddress store, long position) {
        byte[] address = store.getAddress().getAddress();
        ByteBuffer id = ByteBuffer.allocate(address.length + 12);
        id.put(address).putInt(store.getPort()).putLong(position);
        return hex(id.array());
    }

    /** Made for every message that is sent and every one that comes. */
    private static String hex(byte[] bytes) {
        byte[] digits = new byte[2 * bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            digits[2 * i] = DIGITS[bytes[i] >> 4 & 0xF];
            digits[2 * i + 1] = DIGITS[bytes[i] & 0xF];
        }
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /**
     * The position in an offset message id.
     *
     * @throws IllegalArgumentException if the text is not such an id
     */
    public static long position(String offsetMessageId) {
        int length = offsetMessageId.length();
        if (length != 32 && length != 56) {
            throw new IllegalArgumentException("'" + offsetMessageId + "' is no offset message id: it has " + length
                    + " characters, not 32 or 56");
        }
        return HexFormat.fromHexDigitsToLong(offsetMessageId, length - 16, length);
    }

    /** Makes unique ids. Thread-safe; one instance a process is enough. */
    public static final class UniqueIds {

        private final byte[] origin = new byte[6];
        private final AtomicInteger counter =
                new AtomicInteger(ThreadLocalRandom.current().nextInt());

        public UniqueIds() {
            new java.security.SecureRandom().nextBytes(origin);
        }

        /** An id of 32 upper-case hexadecimal digits. */
        public String next() {
            ByteBuffer id = ByteBuffer.allocate(16);
            id.put(origin);
            long ms = System.currentTimeMillis();
            id.putShort((short) (ms >>> 32)).putInt((int) ms);
            id.putInt(counter.getAndIncrement());
            return hex(id.array());
        }
    }

    private MessageIds() {}
}
