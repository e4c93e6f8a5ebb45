package io.reliablemq.broker.store;

import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.MessageStore.QueryResult;
import io.reliablemq.broker.store.index.IndexedMessage;
import io.reliablemq.broker.store.index.KeyHashes;
import io.reliablemq.broker.store.index.key.KeyIndex;
import io.reliablemq.broker.store.log.RecordReader;
import io.reliablemq.protocol.message.MessageFormatException;
import io.reliablemq.protocol.message.MessageSummary;
import io.reliablemq.protocol.message.PropertyNames;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds committed messages by key, unique id or tag. Any thread may use it; it reads from the disk. */
final class KeyLookup {

    private final KeyIndex keys;
    private final RecordReader records;
    private final CommitPoint commitPoint;

    KeyLookup(KeyIndex keys, RecordReader records, CommitPoint commitPoint) {
        this.keys = keys;
        this.records = records;
        this.commitPoint = commitPoint;
    }

    QueryResult find(KeyQuery query) throws IOException {
        int hash = query.kind() == KeyQuery.Kind.TAG
                ? KeyHashes.ofTag(query.topic(), query.key())
                : KeyHashes.ofKey(query.topic(), query.key());
        IndexedMessage last = keys.last();
        Search search = new Search(query);
        keys.find(hash, query.beginMs(), query.endMs(), search::segment);
        return new QueryResult(
                List.copyOf(search.found),
                Math.toIntExact(search.bytes),
                last == null ? 0 : last.storeTimestamp(),
                last == null ? 0 : last.position());
    }

    /** One search under way, from the newest candidate to the oldest. */
    private final class Search {

        private final KeyQuery query;
        private final List<Entry> found = new ArrayList<>();
        private long bytes;

        Search(KeyQuery query) {
            this.query = query;
        }

        boolean segment(long base, int[] positions) throws IOException {
            for (int i = lastInTime(base, positions); i >= 0; i--) {
                MessageSummary message = read(base, positions[i]);
                if (message == null) {
                    return true;
                }
                if (message.storeTimestamp() < query.beginMs()) {
                    return false;
                }
                if (matches(message) && !take(base + positions[i])) {
                    return false;
                }
            }
            return true;
        }

        /** Store timestamps ascend in the log, so candidates that are too young need not all be read. */
        private int lastInTime(long base, int[] positions) throws IOException {
            if (query.endMs() == Long.MAX_VALUE) {
                return positions.length - 1;
            }
            int low = 0;
            int high = positions.length;
            while (low < high) {
                int middle = (low + high) >>> 1;
                MessageSummary message = read(base, positions[middle]);
                if (message == null || message.storeTimestamp() > query.endMs()) {
                    high = middle;
                } else {
                    low = middle + 1;
                }
            }
            return low - 1;
        }

        /** Takes a message if there is room for it; false if the answer is full. */
        private boolean take(long position) {
            if (!found.isEmpty() && bytes + size > query.maxBytes()) {
                return false;
            }
            found.add(new Entry(position, size));
            bytes += size;
            return found.size() < query.maxMessages();
        }

        /** Of the message that was read last. */
        private int size;

        private @Nullable MessageSummary read(long base, int position) throws IOException {
            ByteBuffer payload = records.read(base + position, commitPoint.readable());
            if (payload == null) {
                if (keys.holds(base)) {
                    throw new IOException("The log does not hold the message at position " + (base + position)
                            + " that its key index promises");
                }
                // Deleted meanwhile.
                return null;
            }
            size = payload.remaining();
            try {
                return MessageSummary.read(payload);
            } catch (MessageFormatException e) {
                throw new IOException("What stands at position " + (base + position) + " is not a message", e);
            }
        }

        /** Different keys may have the same hash code. */
        private boolean matches(MessageSummary message) {
            if (!message.topic().equals(query.topic())) {
                return false;
            }
            String uniqueId = message.properties().getOrDefault(PropertyNames.UNIQUE_ID, "");
            String words = message.properties().getOrDefault(PropertyNames.KEYS, "");
            return switch (query.kind()) {
                case KEY -> KeyHashes.holds(words, query.key()) || uniqueId.equals(query.key());
                case UNIQUE_ID -> uniqueId.equals(query.key());
                case TAG -> query.key().equals(message.properties().get(PropertyNames.TAGS));
            };
        }
    }
}
