package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.KeyQuery;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** Asks a store whatever it can be asked, and compares with what the log's bytes say. */
final class IndexCheck {

    private final LogMessageStore store;
    private final LogImage image;
    private final Map<QueueKey, Long> deleted;
    private final Random chance;

    /** @param deleted the next offsets of queues whose messages were deleted */
    IndexCheck(LogMessageStore store, LogImage image, Map<QueueKey, Long> deleted, Random chance) {
        this.store = store;
        this.image = image;
        this.deleted = deleted;
        this.chance = chance;
    }

    void run() throws IOException {
        Set<QueueKey> known = new HashSet<>(deleted.keySet());
        known.addAll(image.queues().keySet());
        assertThat(known).containsAll(store.queues());
        assertThat(store.queues()).containsAll(image.queues().keySet());
        for (List<Entry> entries : image.queues().values()) {
            checkQueue(entries.get(0).queue(), entries);
        }
        checkOrigins();
        checkTag();
        assertThat(store.readAt(image.end())).isNull();
        assertThat(store.readAt(image.end() + LogImage.ENVELOPE_BYTES)).isNull();
    }

    private void checkQueue(QueueKey queue, List<Entry> entries) throws IOException {
        long first = entries.get(0).message().queueOffset();
        long next = checkOffsets(entries);
        next = Math.max(next, deleted.getOrDefault(queue, 0L));
        assertThat(store.minOffset(queue)).as("first offset of %s", queue).isEqualTo(first);
        assertThat(store.maxOffset(queue)).as("next offset of %s", queue).isEqualTo(next);
        checkReads(queue, pick(entries));
        long from = first + chance.nextInt((int) (next - first));
        checkSelection(queue, entries, from, next, tag -> true);
        int tag = tagHash(pick(entries));
        checkSelection(queue, entries, from, next, hash -> hash == tag);
        checkTime(queue, entries, next, pick(entries).message().storeTimestamp() + chance.nextInt(3) - 1);
        assertThat(store.readAt(queue, next)).isNull();
    }

    /** Offsets count on, but for messages that were deleted. */
    private long checkOffsets(List<Entry> entries) {
        Entry before = null;
        for (Entry entry : entries) {
            assertThat(entry.message().position()).as("position in the log").isEqualTo(entry.position());
            if (before != null && !image.hasHoleBetween(before.position(), entry.position())) {
                assertThat(entry.message().queueOffset())
                        .as("offset in the log")
                        .isEqualTo(before.message().queueOffset() + 1);
            }
            before = entry;
        }
        return Objects.requireNonNull(before).message().queueOffset() + 1;
    }

    private void checkReads(QueueKey queue, Entry entry) throws IOException {
        StoredMessage byOffset = store.readAt(queue, entry.message().queueOffset());
        StoredMessage byPosition = store.readAt(entry.position());
        assertThat(byOffset).as("by offset").isNotNull();
        assertThat(byPosition).as("by position").isNotNull();
        assertThat(MessageLayout.encode(byOffset)).isEqualTo(entry.bytes());
        assertThat(MessageLayout.encode(byPosition)).isEqualTo(entry.bytes());
        assertThat(store.readAt(entry.position() + 1 + chance.nextInt(entry.size() - 1)))
                .isNull();
    }

    private void checkSelection(QueueKey queue, List<Entry> entries, long from, long end, IntPredicate tags)
            throws IOException {
        int maxMessages = 1 + chance.nextInt(entries.size());
        int maxBytes = 1 + chance.nextInt(4000);
        List<Entry> expected = new ArrayList<>();
        // Where all that follows was deleted, a reader goes on at the end.
        long next = from > entries.get(entries.size() - 1).message().queueOffset() ? end : from;
        int bytes = 0;
        for (Entry entry : entries) {
            if (entry.message().queueOffset() < from) {
                continue;
            }
            if (tags.test(tagHash(entry))) {
                if (expected.size() == maxMessages || !expected.isEmpty() && bytes + entry.size() > maxBytes) {
                    break;
                }
                expected.add(entry);
                bytes += entry.size();
            }
            next = entry.message().queueOffset() + 1;
        }

        Selection selection = store.select(queue, from, maxMessages, maxBytes, tags);

        assertThat(selection.entries())
                .extracting("position")
                .isEqualTo(expected.stream().map(Entry::position).toList());
        assertThat(selection.nextOffset()).isEqualTo(next);
        assertThat(selection.totalBytes()).isEqualTo(bytes);
        ByteBuffer content = ByteBuffer.allocate(bytes);
        store.read(selection, content);
        ByteBuffer wanted = ByteBuffer.allocate(bytes);
        expected.forEach(entry -> wanted.put(entry.bytes()));
        assertThat(content.array()).isEqualTo(wanted.array());
    }

    private void checkTime(QueueKey queue, List<Entry> entries, long next, long timestamp) throws IOException {
        long found = store.offsetByTime(queue, timestamp);
        for (Entry entry : entries) {
            boolean isEarlier = entry.message().storeTimestamp() < timestamp;
            assertThat(entry.message().queueOffset() < found)
                    .as(
                            "whether offset %d is before the time of %d",
                            entry.message().queueOffset(), found)
                    .isEqualTo(isEarlier);
        }
        assertThat(found).isLessThanOrEqualTo(next);
    }

    /** Tags, keys and unique ids are found by the same index. */
    private void checkTag() throws IOException {
        List<Entry> tagged =
                image.entries().stream().filter(entry -> tag(entry) != null).toList();
        if (tagged.isEmpty()) {
            return;
        }
        Entry wanted = pick(tagged);
        String topic = wanted.message().topic();
        String tag = Objects.requireNonNull(tag(wanted));
        List<Long> expected = new ArrayList<>();
        for (Entry entry : tagged) {
            if (entry.message().topic().equals(topic) && tag.equals(tag(entry))) {
                expected.add(0, entry.position());
            }
        }
        KeyQuery query =
                new KeyQuery(topic, tag, KeyQuery.Kind.TAG, Integer.MAX_VALUE, Long.MAX_VALUE, 0, Long.MAX_VALUE);
        assertThat(store.query(query).entries())
                .as("messages of %s with the tag %s, the newest first", topic, tag)
                .extracting(MessageStore.Entry::position)
                .isEqualTo(expected);
    }

    private void checkOrigins() throws IOException {
        long from = image.entries().isEmpty() || chance.nextInt(4) == 0
                ? image.end()
                : pick(image.entries()).recordStart();
        List<String> expected = new ArrayList<>();
        for (Entry entry : image.entries()) {
            if (entry.recordStart() >= from && entry.origin() >= 0) {
                expected.add(entry.origin() + " to " + entry.position());
            }
        }
        List<String> seen = new ArrayList<>();
        store.forEachOrigin(from, (origin, position) -> seen.add(origin + " to " + position));
        assertThat(seen).as("copies from position %d on", from).isEqualTo(expected);
    }

    private static @Nullable String tag(Entry entry) {
        return entry.message().property(PropertyNames.TAGS);
    }

    private static int tagHash(Entry entry) {
        String tag = tag(entry);
        return tag == null ? 0 : tag.hashCode();
    }

    private Entry pick(List<Entry> entries) {
        return entries.get(chance.nextInt(entries.size()));
    }
}
