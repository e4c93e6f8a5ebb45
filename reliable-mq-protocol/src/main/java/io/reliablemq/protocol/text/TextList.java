package io.reliablemq.protocol.text;

import java.util.AbstractMap;
import java.util.AbstractSet;
import java.util.Arrays;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A few texts by name, in their order: a map in one array, which is searched from its begin. Immutable.
 *
 * <p>Whoever sends or receives makes two for each message: its properties and the fields of its header.
 */
public final class TextList extends AbstractMap<String, String> {

    /** As many as a header has at most. With more of them a search takes longer than a hash. */
    private static final int MOST = 24;

    /** Ids, which differ, are longer; flags, names of topics, groups and clusters mostly are not. */
    private static final int LONGEST_SHARED = 31;

    /** Room for 16, before it becomes what all of them need. */
    private static final int FEW = 32;

    private static final String[] NONE = {};
    private static final TextList EMPTY = new TextList(NONE);

    /** Name, value, name, value. */
    private final String[] texts;

    private TextList(String[] texts) {
        this.texts = texts;
    }

    /** The same texts in the same order, which cannot be changed. */
    public static Map<String, String> copyOf(Map<String, String> texts) {
        if (texts instanceof TextList) {
            return texts;
        }
        Builder copy = new Builder();
        texts.forEach(copy::append);
        return copy.build();
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
                return TextList.this.size();
            }
        };
    }

    /** Names are constants nearly always, and then found without a look at their characters. */
    private static int find(String[] texts, int length, @Nullable Object name) {
        for (int at = 0; at < length; at += 2) {
            if (texts[at] == name) {
                return at;
            }
        }
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

    /**
     * Takes texts one by one; with many it makes another map of them. The last value of a name counts, at the place of its
     * first. Not thread-safe, and of no use after {@link #build()}.
     */
    public static final class Builder {

        private final String[] like;
        private String[] texts;
        private int length;

        /** Whether all names so far are those of {@link #like}, and so different from each other. */
        private boolean alike = true;

        private @Nullable Map<String, String> many;

        public Builder() {
            this(Map.of());
        }

        /** @param like probably has the same names in the same order, and some of the values */
        public Builder(Map<String, String> like) {
            this.like = like instanceof TextList list ? list.texts : NONE;
            this.texts = new String[this.like.length > 0 ? this.like.length : FEW];
        }

        /** The name that probably comes next; empty if there is none. */
        public String likelyName() {
            return length < like.length ? like[length] : "";
        }

        /** The value that it probably has; empty if that is not known, or too long to be probable. */
        public String likelyValue() {
            String value = length < like.length ? like[length + 1] : "";
            return value.length() <= LONGEST_SHARED ? value : "";
        }

        public void add(String name, String value) {
            alike = alike && length < like.length && like[length] == name;
            int at = alike || many != null ? -1 : find(texts, length, name);
            if (at >= 0) {
                texts[at + 1] = value;
            } else {
                append(name, value);
            }
        }

        /** As {@link #add}, for names that were not added before, for sure. */
        public void append(String name, String value) {
            assert many != null || find(texts, length, name) < 0 : name;
            if (length == 2 * MOST && many == null) {
                many = new LinkedHashMap<>(new TextList(texts));
            }
            if (many != null) {
                many.put(name, value);
                return;
            }
            if (length == texts.length) {
                texts = Arrays.copyOf(texts, 2 * MOST);
            }
            texts[length++] = name;
            texts[length++] = value;
        }

        /** What was added, which cannot be changed. */
        public Map<String, String> build() {
            if (many != null) {
                return Collections.unmodifiableMap(many);
            }
            if (length == 0) {
                return EMPTY;
            }
            return new TextList(length == texts.length ? texts : Arrays.copyOf(texts, length));
        }
    }
}
