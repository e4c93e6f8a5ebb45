package io.reliablemq.protocol.message;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The few properties that a message has, in their order: a map in one array, which is searched from its begin. Immutable.
 *
 * <p>A consumer makes one for each message that it receives, and mostly asks for three of the names.
 */
final class PropertyList extends AbstractMap<String, String> {

    /** With more of them a search takes longer than a hash. */
    static final int MOST = 16;

    /** Name, value, name, value. */
    private final String[] texts;

    private PropertyList(String[] texts) {
        this.texts = texts;
    }

    @Override
    public @Nullable String get(@Nullable Object name) {
        int at = find(texts, texts.length, name);
        return at < 0 ? null : texts[at + 1];
    }

    @Override
    public boolean containsKey(@Nullable Object name) {
        return find(texts, texts.length, name) >= 0;
    }

    @Override
    public int size() {
        return texts.length / 2;
    }

    @Override
    public void forEach(BiConsumer<? super String, ? super String> action) {
        for (int at = 0; at < texts.length; at += 2) {
            action.accept(texts[at], texts[at + 1]);
        }
    }

    @Override
    public Set<Map.Entry<String, String>> entrySet() {
        return new AbstractSet<>() {
            @Override
            public Iterator<Map.Entry<String, String>> iterator() {
                return new Entries();
            }

            @Override
            public int size() {
                return PropertyList.this.size();
            }
        };
    }

    private static int find(String[] texts, int length, @Nullable Object name) {
        for (int at = 0; at < length; at += 2) {
            if (texts[at].equals(name)) {
                return at;
            }
        }
        return -1;
    }

    private final class Entries implements Iterator<Map.Entry<String, String>> {

        private int next;

        @Override
        public boolean hasNext() {
            return next < texts.length;
        }

        @Override
        public Map.Entry<String, String> next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            next += 2;
            return Map.entry(texts[next - 2], texts[next - 1]);
        }
    }

    /** Takes properties one by one. The last value of a name counts, at the place of its first. */
    static final class Builder {

        private final String[] like;
        private String[] texts;
        private int length;

        /** @param like probably has the same names in the same order, and some of the values */
        Builder(Map<String, String> like) {
            this.like = like instanceof PropertyList list ? list.texts : new String[0];
            this.texts = new String[this.like.length > 0 ? this.like.length : MOST];
        }

        /** The name that probably comes next; empty if there is none. */
        String likelyName() {
            return length < like.length ? like[length] : "";
        }

        /** The value that it probably has. */
        String likelyValue() {
            return length < like.length ? like[length + 1] : "";
        }

        /** @return false if there are too many of them for a list */
        boolean add(String name, String value) {
            int at = find(texts, length, name);
            if (at >= 0) {
                texts[at + 1] = value;
                return true;
            }
            if (length == 2 * MOST) {
                return false;
            }
            if (length == texts.length) {
                texts = Arrays.copyOf(texts, 2 * MOST);
            }
            texts[length++] = name;
            texts[length++] = value;
            return true;
        }

        Map<String, String> build() {
            return new PropertyList(length == texts.length ? texts : Arrays.copyOf(texts, length));
        }
    }
}
