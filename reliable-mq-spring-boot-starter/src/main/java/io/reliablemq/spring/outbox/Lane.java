package io.reliablemq.spring.outbox;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** The lanes that messages are shared out by. Their number and the hash are part of the table's format: never change them. */
final class Lane {

    static final int COUNT = 32;

    /** What messages of one topic and ordering key have in common; two keys with the same hash keep their order, too. */
    static long orderHash(String topic, String orderingKey) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(topic.getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0);
            return ByteBuffer.wrap(digest.digest(orderingKey.getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    static int of(long orderHash) {
        return (int) Math.floorMod(orderHash, (long) COUNT);
    }

    private Lane() {}
}
