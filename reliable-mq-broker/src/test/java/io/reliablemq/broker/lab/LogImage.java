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
 * @param holes positions where segments follow that are not there any more
 * @param end behind the last record
 */
record LogImage(List<Entry> entries, List<Long> holes, long end) {

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
        List<Long> holes = new ArrayList<>();
        long at = 0;
        for (Path file : disk.list(logFolder)) {
            long base = base(file);
            if (base >= 0 && base <= end) {
                if (base != at) {
                    holes.add(at);
                }
                at = readSegment(ByteBuffer.wrap(disk.content(file)), base, end, entries);
            }
        }
        if (at != end) {
            throw new AssertionError("The log's files can be followed up to " + at + ", not to its end at " + end);
        }
        return new LogImage(entries, holes, end);
    }

    /** The messages of one ended segment. */
    static List<Entry> segment(SimulatedDisk disk, Path logFolder, long base, long next) throws IOException {
        List<Entry> entries = new ArrayList<>();
        for (Path file : disk.list(logFolder)) {
            if (base(file) == base) {
                readSegment(ByteBuffer.wrap(disk.content(file)), base, next, entries);
            }
        }
        return entries;
    }

    /** Where a segment starts; -1 for another file. */
    private static long base(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".log") ? Long.parseLong(name.substring(0, name.length() - ".log".length())) : -1;
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

    /** Whether segments are missing between two positions. */
    boolean hasHoleBetween(long from, long to) {
        return holes.stream().anyMatch(hole -> from < hole && hole <= to);
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
