package io.reliablemq.broker.request;

import io.reliablemq.broker.filter.SqlFilter;
import io.reliablemq.broker.store.MessageStore;
import io.reliablemq.broker.store.MessageStore.Entry;
import io.reliablemq.broker.store.MessageStore.Selection;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Messages for which an expression is true, in memory as they stand in the log.
 *
 * @param selection of those messages; its next offset is behind the last one that was examined
 */
record FilteredMessages(Selection selection, List<ByteBuffer> encoded) {

    /** @param most messages in the answer */
    static FilteredMessages read(MessageStore store, Selection all, SqlFilter expression, int most) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(all.totalBytes());
        store.read(all, bytes);
        bytes.flip();
        List<Entry> entries = new ArrayList<>();
        List<ByteBuffer> encoded = new ArrayList<>();
        int size = 0;
        int start = 0;
        long nextOffset = all.nextOffset();
        for (Entry entry : all.entries()) {
            ByteBuffer one = bytes.slice(start, entry.size());
            start += entry.size();
            StoredMessage message = MessageLayout.decode(one.duplicate());
            if (expression.matches(message.properties())) {
                if (entries.size() == most) {
                    nextOffset = message.queueOffset();
                    break;
                }
                entries.add(entry);
                encoded.add(one);
                size += entry.size();
            }
        }
        return new FilteredMessages(new Selection(List.copyOf(entries), nextOffset, size), List.copyOf(encoded));
    }

    void writeTo(ByteBuffer target) {
        encoded.forEach(one -> target.put(one.duplicate()));
    }
}
