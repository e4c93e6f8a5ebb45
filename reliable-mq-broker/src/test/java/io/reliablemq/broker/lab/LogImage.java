package io.reliablemq.broker.lab;

import io.reliablemq.broker.store.QueueKey;
import io.reliablemq.broker.store.file.SimulatedDisk;
import io.reliablemq.protocol.message.MessageLayout;
import io.reliablemq.protocol.message.StoredMessage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The messages in the files of a log, read plainly by the description of the format, segment by segment.
 *
 * @param end behind the last record
 */
record LogImage(List<Entry> entries, long end) {

    static final int ENVELOPE_BYTES = 32;

    private static final int ORIGIN_AT = 16;
    private static final int TYPE_AT = 28;
    private static final int END_OF_SEGMENT = 2;

    /**
     * A message.
     *
     * @param origin position of the one that it is a copy of, or -1
     * @param bytes as they stand in the file
     */
    record Entry(long position, long origin, byte[] bytes, StoredMessage message) {

        long recordStart() {
            return position - ENVELOPE_BYTES;
        }

        QueueKey queue() {
            return new QueueKey(message.topic(), message.queueId());
        }

        int size() {
            return bytes.length;
        }
    }

    /** @param end position behind the last byte that is to be read */
    static LogImage read(SimulatedDisk disk, Path logFolder, long end) throws IOException {
        List<Entry> entries = new ArrayList<>();
        long at = -1;
        for (Path file : disk.list(logFolder)) {
            String name = file.getFileName().toString();
            if (name.endsWith(".log")) {
                long base = Long.parseLong(name.substring(0, name.length() - ".log".length()));
                if (at < 0 || at == base) {
                    at = readSegment(ByteBuffer.wrap(disk.content(file)), base, end, entries);
                }
            }
        }
        if (at != end) {
            throw new AssertionError("The log's files can be followed up to " + at + ", not to its end at " + end);
        }
        return new LogImage(entries, end);
    }

    private static long readSegment(ByteBuffer segment, long base, long end, List<Entry> entries) {
        long at = base;
        while (at < end) {
            int start = Math.toIntExact(at - base);
            int length = segment.getInt(start);
            long payload = at + ENVELOPE_BYTES;
            if (segment.get(start + TYPE_AT) == END_OF_SEGMENT) {
                return payload + length;
            }
            byte[] message = new byte[length];
            segment.get(start + ENVELOPE_BYTES, message);
            long origin = segment.getLong(start + ORIGIN_AT);
            entries.add(new Entry(payload, origin, message, MessageLayout.decode(ByteBuffer.wrap(message))));
            at = payload + length;
        }
        return at;
    }

    /** The entries of each queue, in the order of the log. */
    Map<QueueKey, List<Entry>> queues() {
        Map<QueueKey, List<Entry>> queues =
                new TreeMap<>(java.util.Comparator.comparing(QueueKey::topic).thenComparing(QueueKey::queueId));
        for (Entry entry : entries) {
            queues.computeIfAbsent(entry.queue(), queue -> new ArrayList<>()).add(entry);
        }
        return queues;
    }
}
