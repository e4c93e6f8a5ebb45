package io.reliablemq.protocol.message;

import java.net.InetSocketAddress;
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

    /** Made for every message that comes, so without a buffer in between. */
    public static String offsetMessageId(InetSocketAddress store, long position) {
        byte[] address = store.getAddress().getAddress();
        byte[] digits = new byte[2 * (address.length + Integer.BYTES + Long.BYTES)];
        int at = 0;
        for (byte part : address) {
            at = putHex(digits, at, part, Byte.BYTES);
        }
        at = putHex(digits, at, store.getPort(), Integer.BYTES);
        putHex(digits, at, position, Long.BYTES);
        return new String(digits, StandardCharsets.ISO_8859_1);
    }

    /** Writes the lowest bytes of the value, the highest of them first. @return where the next one goes */
    private static int putHex(byte[] digits, int at, long value, int bytes) {
        int next = at;
        for (int shift = 8 * bytes - 4; shift >= 0; shift -= 4) {
            digits[next++] = DIGITS[(int) (value >>> shift) & 0xF];
        }
        return next;
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
            byte[] digits = new byte[32];
            int at = 0;
            for (byte part : origin) {
                at = putHex(digits, at, part, Byte.BYTES);
            }
            at = putHex(digits, at, System.currentTimeMillis(), 6);
            putHex(digits, at, counter.getAndIncrement(), Integer.BYTES);
            return new String(digits, StandardCharsets.ISO_8859_1);
        }
    }

    private MessageIds() {}
}
