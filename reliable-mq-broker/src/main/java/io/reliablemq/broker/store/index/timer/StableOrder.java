package io.reliablemq.broker.store.index.timer;

/** Sorts numbers by a key without an object for each: a merge sort from the bottom, which keeps the order of equals. */
final class StableOrder {

    /** @return the numbers 0 to {@code count - 1}, by ascending key */
    static int[] of(long[] keys, int count) {
        int[] from = new int[count];
        for (int i = 0; i < count; i++) {
            from[i] = i;
        }
        int[] to = new int[count];
        for (int width = 1; width < count && width > 0; width *= 2) {
            for (int start = 0; start < count; start += 2 * width) {
                int middle = Math.min(start + width, count);
                merge(keys, from, to, start, middle, Math.min(middle + width, count));
            }
            int[] merged = to;
            to = from;
            from = merged;
        }
        return from;
    }

    private static void merge(long[] keys, int[] from, int[] to, int start, int middle, int end) {
        int left = start;
        int right = middle;
        for (int i = start; i < end; i++) {
            boolean takeLeft = left < middle && (right >= end || keys[from[left]] <= keys[from[right]]);
            to[i] = takeLeft ? from[left++] : from[right++];
        }
    }

    private StableOrder() {}
}
