package io.reliablemq.benchmarks.ceiling;

import io.reliablemq.protocol.command.Body;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** The encoded messages of one queue, side by side in memory, in the order of their offsets. Guarded by itself. */
final class MessagesInMemory {

    private static final int BLOCK_BYTES = 1 << 20;

    private final List<ByteBuffer> blocks = new ArrayList<>();
    private final List<Place> places = new ArrayList<>();
    private long offered;

    private record Place(int block, int at, int size) {}

    /** Counts a message that nobody will read. @return its offset */
    synchronized long count() {
        return offered++;
    }

    /** @return its offset */
    synchronized long add(byte[] message) {
        if (blocks.isEmpty() || last().remaining() < message.length) {
            blocks.add(ByteBuffer.allocateDirect(Math.max(BLOCK_BYTES, message.length)));
        }
        places.add(new Place(blocks.size() - 1, last().position(), message.length));
        last().put(message);
        return offered++;
    }

    synchronized long max() {
        return offered;
    }

    /** How many messages an answer from this offset on has, at most {@code most}. */
    synchronized int countFrom(long offset, int most) {
        return (int) Math.max(0, Math.min(most, places.size() - offset));
    }

    /** How many bytes they take. */
    synchronized int bytes(long offset, int count) {
        int bytes = 0;
        for (int i = 0; i < count; i++) {
            bytes += places.get((int) offset + i).size();
        }
        return bytes;
    }

    /** Copies them, as a broker does that has them in the page cache. */
    synchronized void copy(long offset, int count, Body target) {
        ByteBuffer out = target.buffer();
        for (int i = 0; i < count; i++) {
            Place place = places.get((int) offset + i);
            out.put(blocks.get(place.block()).slice(place.at(), place.size()));
        }
    }

    private ByteBuffer last() {
        return blocks.get(blocks.size() - 1);
    }
}
