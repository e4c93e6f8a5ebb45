package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.broker.store.LogMessageStore;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.IntPredicate;

/** Asks a store whatever it can be asked, and compares with what the log's bytes say. */
final class IndexCheck {

    private final LogMessageStore store;
    private final LogImage image;
    private final Random chance;

    IndexCheck(LogMessageStore store, LogImage image, Random chance) {
        this.store = store;
        this.image = image;
        this.chance = chance;
    }

    void run() throws IOException {
        assertThat(store.queues()).isEqualTo(image.queues().keySet());
        for (List<Entry> entries : image.queues().values()) {
            checkQueue(entries.get(0).queue(), entries);
        }
        checkOrigins();
        assertThat(store.readAt(image.end())).isNull();
        assertThat(store.readAt(image.end() + LogImage.ENVELOPE_BYTES)).isNull();
    }

    private void checkQueue(QueueKey queue, List<Entry> entries) throws IOException {
        long first = entries.get(0).message().queueOffset();
        assertThat(store.minOffset(queue)).as("first offset of %s", queue).isEqualTo(first);
        assertThat(store.maxOffset(queue)).as("next offset of %s", queue).isEqualTo(first + entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Entry entry = entries.get(i);
            assertThat(entry.message().queueOffset()).as("offset in the log").isEqualTo(first + i);
            assertThat(entry.message().position()).as("position in the log").isEqualTo(entry.position());
        }
        checkReads(queue, pick(entries));
        checkSelection(queue, entries, first, tag -> true);
        int tag = tagHash(pick(entries));
        checkSelection(queue, entries, first, hash -> hash == tag);
        checkTime(queue, entries, pick(entries).message().storeTimestamp() + chance.nextInt(3) - 1);
        assertThat(store.readAt(queue, first + entries.size())).isNull();
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

    private void checkSelection(QueueKey queue, List<Entry> entries, long first, IntPredicate tags) throws IOException {
        int from = chance.nextInt(entries.size());
        int maxMessages = 1 + chance.nextInt(entries.size());
        int maxBytes = 1 + chance.nextInt(4000);
        List<Entry> expected = new ArrayList<>();
        long next = first + from;
        int bytes = 0;
        for (Entry entry : entries.subList(from, entries.size())) {
            if (tags.test(tagHash(entry))) {
                if (expected.size() == maxMessages || !expected.isEmpty() && bytes + entry.size() > maxBytes) {
                    break;
                }
                expected.add(entry);
                bytes += entry.size();
            }
            next++;
        }

        Selection selection = store.select(queue, first + from, maxMessages, maxBytes, tags);

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

    private void checkTime(QueueKey queue, List<Entry> entries, long timestamp) throws IOException {
        long expected = entries.get(0).message().queueOffset();
        for (Entry entry : entries) {
            if (entry.message().storeTimestamp() < timestamp) {
                expected++;
            }
        }
        assertThat(store.offsetByTime(queue, timestamp)).as("offset by time").isEqualTo(expected);
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

    private static int tagHash(Entry entry) {
        String tag = entry.message().property(PropertyNames.TAGS);
        return tag == null ? 0 : tag.hashCode();
    }

    private Entry pick(List<Entry> entries) {
        return entries.get(chance.nextInt(entries.size()));
    }
}
