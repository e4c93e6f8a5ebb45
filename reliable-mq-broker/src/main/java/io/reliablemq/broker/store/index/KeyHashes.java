package io.reliablemq.broker.store.index;

import io.reliablemq.protocol.message.PropertyNames;
import java.util.Arrays;
import java.util.Map;

/**
 * The hash codes under which a message is found: one for each word of its keys, one for its unique id, one for its tag.
 * All are scoped by the topic, and those of tags differ from those of keys.
 *
 * <p>They are part of the file format: {@code String.hashCode} of topic and key, combined and mixed. Different keys may have
 * the same code, so whoever finds a message by it compares the key itself.
 */
public final class KeyHashes {

    /** How many words of its keys a message is found by: the first ones. */
    public static final int MAX_WORDS = 256;

    private static final char SEPARATOR = ' ';
    private static final int TAG_SEED = 0x54414753;
    private static final int TOPIC_FACTOR = 0x9E3779B1;

    /** The codes of a message; there may be equal ones. */
    static int[] of(String topic, Map<String, String> properties) {
        String keys = properties.getOrDefault(PropertyNames.KEYS, "");
        String uniqueId = properties.getOrDefault(PropertyNames.UNIQUE_ID, "");
        String tag = properties.getOrDefault(PropertyNames.TAGS, "");
        int topicHash = topic.hashCode();
        int[] hashes = new int[words(keys) + 2];
        int count = putWords(topicHash, keys, hashes);
        if (!uniqueId.isEmpty()) {
            hashes[count++] = combine(topicHash, uniqueId.hashCode());
        }
        if (!tag.isEmpty()) {
            hashes[count++] = combine(topicHash ^ TAG_SEED, tag.hashCode());
        }
        return count == hashes.length ? hashes : Arrays.copyOf(hashes, count);
    }

    /** The code of a key, which has no spaces, or of a unique id. */
    public static int ofKey(String topic, String key) {
        return combine(topic.hashCode(), key.hashCode());
    }

    public static int ofTag(String topic, String tag) {
        return combine(topic.hashCode() ^ TAG_SEED, tag.hashCode());
    }

    /** Whether the word is one of these keys. */
    public static boolean holds(String keys, String word) {
        if (word.isEmpty() || word.indexOf(SEPARATOR) >= 0) {
            return false;
        }
        for (int at = keys.indexOf(word); at >= 0; at = keys.indexOf(word, at + 1)) {
            int end = at + word.length();
            if ((at == 0 || keys.charAt(at - 1) == SEPARATOR)
                    && (end == keys.length() || keys.charAt(end) == SEPARATOR)) {
                return true;
            }
        }
        return false;
    }

    private static int words(String keys) {
        int words = 0;
        for (int i = 0; i < keys.length(); i++) {
            if (isWordEnd(keys, i)) {
                words++;
            }
        }
        return Math.min(words, MAX_WORDS);
    }

    /** Computes {@code String.hashCode} of each word without making the word. */
    private static int putWords(int topicHash, String keys, int[] target) {
        int count = 0;
        int hash = 0;
        for (int i = 0; i < keys.length() && count < MAX_WORDS; i++) {
            char c = keys.charAt(i);
            hash = c == SEPARATOR ? 0 : 31 * hash + c;
            if (isWordEnd(keys, i)) {
                target[count++] = combine(topicHash, hash);
            }
        }
        return count;
    }

    private static boolean isWordEnd(String keys, int i) {
        return keys.charAt(i) != SEPARATOR && (i + 1 == keys.length() || keys.charAt(i + 1) == SEPARATOR);
    }

    private static int combine(int topicHash, int keyHash) {
        int h = topicHash * TOPIC_FACTOR + keyHash;
        h = (h ^ (h >>> 16)) * 0x85EBCA6B;
        h = (h ^ (h >>> 13)) * 0xC2B2AE35;
        return h ^ (h >>> 16);
    }

    private KeyHashes() {}
}
