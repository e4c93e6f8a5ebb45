package io.reliablemq.spring.idempotent;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The form in which a key stands in the database: short, and such that no collation takes two for the same that differ in
 * accents or in blanks at the end.
 */
final class MarkKey {

    static final int MAX_LENGTH = 200;

    private static final String HASHED = "sha256:";

    static String stored(String key) {
        boolean plain = !key.isEmpty() && key.length() <= MAX_LENGTH && !key.startsWith(HASHED);
        for (int i = 0; plain && i < key.length(); i++) {
            plain = key.charAt(i) > ' ' && key.charAt(i) < 127;
        }
        return plain ? key : HASHED + hash(key);
    }

    private static String hash(String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-256", e);
        }
    }

    private MarkKey() {}
}
