package io.reliablemq.broker.store.index.key;

import java.util.Arrays;

/** A growing list of positions, in which equal ones that follow each other count once. Not thread-safe. */
final class Positions {

    private int[] positions = new int[8];
    private int count;

    void add(int position) {
        if (count > 0 && positions[count - 1] == position) {
            return;
        }
        if (count == positions.length) {
            positions = Arrays.copyOf(positions, count * 2);
        }
        positions[count++] = position;
    }

    int[] inOrder() {
        return count == 0 ? SegmentKeys.NONE : Arrays.copyOf(positions, count);
    }

    int[] reversed() {
        int[] reversed = inOrder();
        for (int i = 0; i < count; i++) {
            reversed[i] = positions[count - 1 - i];
        }
        return reversed;
    }
}
