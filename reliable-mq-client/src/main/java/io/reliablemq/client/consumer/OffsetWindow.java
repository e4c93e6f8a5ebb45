package io.reliablemq.client.consumer;

import io.reliablemq.protocol.message.StoredMessage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The unfinished messages of one queue, by offset: a ring in the order of the offsets, whose first place is always that of an unfinished
 * one. Finished ones behind it keep their place until those before them are finished too.
 *
 * <p>Not thread-safe: the lock of {@link ProcessQueue} guards it.
 */
final class OffsetWindow {

    private static final int FEW = 16;

    private long[] offsets = new long[FEW];

    /** Null where a place is free or its message finished. */
    private @Nullable StoredMessage[] messages = new @Nullable StoredMessage[FEW];

    private long[] sinceNanos = new long[FEW];
    private int head;
    private int places;
    private int unfinished;

    /** @return false if the offset has a message, or had one and has its place still */
    boolean add(StoredMessage message, long nowNanos) {
        int place = placeOf(message.queueOffset());
        if (place < places && offsets[at(place)] == message.queueOffset()) {
            return false;
        }
        if (places == offsets.length) {
            grow();
        }
        places++;
        // Nothing moves as long as offsets come in their order, as they do.
        for (int to = places - 1; to > place; to--) {
            set(to, offsets[at(to - 1)], messages[at(to - 1)], sinceNanos[at(to - 1)]);
        }
        set(place, message.queueOffset(), message, nowNanos);
        unfinished++;
        return true;
    }

    /** Puts the message in the place of the one with its offset, if that is unfinished. */
    void replace(StoredMessage message) {
        int place = placeOf(message.queueOffset());
        if (place < places && offsets[at(place)] == message.queueOffset() && messages[at(place)] != null) {
            messages[at(place)] = message;
        }
    }

    /** @return the message that is finished by this; null if there is none */
    @Nullable
    StoredMessage finish(long offset) {
        int place = placeOf(offset);
        if (place == places || offsets[at(place)] != offset) {
            return null;
        }
        StoredMessage message = messages[at(place)];
        if (message != null) {
            messages[at(place)] = null;
            unfinished--;
            while (places > 0 && messages[head] == null) {
                head = at(1);
                places--;
            }
        }
        return message;
    }

    boolean isEmpty() {
        return unfinished == 0;
    }

    int size() {
        return unfinished;
    }

    /** The smallest offset. Not to be called where nothing is unfinished. */
    long firstOffset() {
        return offsets[head];
    }

    /** The message with the smallest offset; null if nothing is unfinished. */
    @Nullable
    StoredMessage first() {
        return messages[head];
    }

    /** When that came. */
    long firstSinceNanos() {
        return sinceNanos[head];
    }

    /** The first of them, in their order. */
    List<StoredMessage> first(int count) {
        List<StoredMessage> found = new ArrayList<>(Math.min(count, unfinished));
        for (int place = 0; place < places && found.size() < count; place++) {
            StoredMessage message = messages[at(place)];
            if (message != null) {
                found.add(message);
            }
        }
        return found;
    }

    void clear() {
        Arrays.fill(messages, null);
        places = 0;
        unfinished = 0;
    }

    /** The first place whose offset is not smaller; that behind the last if there is none. */
    private int placeOf(long offset) {
        if (places == 0 || offset > offsets[at(places - 1)]) {
            return places;
        }
        // Where no offset is left out, the distance says it.
        long likely = offset - offsets[head];
        if (likely >= 0 && likely < places && offsets[at((int) likely)] == offset) {
            return (int) likely;
        }
        int low = 0;
        int high = places;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (offsets[at(middle)] < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private int at(int place) {
        return (head + place) & (offsets.length - 1);
    }

    private void set(int place, long offset, @Nullable StoredMessage message, long since) {
        offsets[at(place)] = offset;
        messages[at(place)] = message;
        sinceNanos[at(place)] = since;
    }

    private void grow() {
        int length = offsets.length;
        long[] newOffsets = new long[2 * length];
        @Nullable StoredMessage[] newMessages = new @Nullable StoredMessage[2 * length];
        long[] newSince = new long[2 * length];
        for (int place = 0; place < places; place++) {
            newOffsets[place] = offsets[at(place)];
            newMessages[place] = messages[at(place)];
            newSince[place] = sinceNanos[at(place)];
        }
        offsets = newOffsets;
        messages = newMessages;
        sinceNanos = newSince;
        head = 0;
    }
}
