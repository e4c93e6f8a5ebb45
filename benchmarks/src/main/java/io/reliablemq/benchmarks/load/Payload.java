package io.reliablemq.benchmarks.load;

import java.nio.ByteBuffer;
import java.util.Random;

/** Bodies that do not compress, with one number at their start. */
final class Payload {

    /** Below this many bytes there is no room for the number. */
    static final int MIN_BYTES = Long.BYTES;

    private final byte[] random;

    Payload(int bytes) {
        if (bytes < MIN_BYTES) {
            throw new IllegalArgumentException("A message has " + bytes + " bytes; it needs at least " + MIN_BYTES);
        }
        random = new byte[bytes];
        new Random(1).nextBytes(random);
    }

    /** A body of its own. */
    byte[] with(long number) {
        byte[] body = random.clone();
        ByteBuffer.wrap(body).putLong(0, number);
        return body;
    }

    static long numberOf(byte[] body) {
        return ByteBuffer.wrap(body).getLong(0);
    }
}
