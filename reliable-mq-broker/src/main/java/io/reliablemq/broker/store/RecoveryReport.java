package io.reliablemq.broker.store;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What was found when the store was opened.
 *
 * @param cleanStop whether the last stop was a clean one
 * @param segments how many log segments there are
 * @param indexesRebuilt how many sealed segments had to be read since their index file was missing or damaged
 * @param records how many records were read and verified
 * @param bytes how many bytes of log these take
 * @param cutPosition where a torn tail was cut off; -1 if the log was whole
 * @param cutBytes how many bytes were cut off, up to the last one that was not zero
 * @param cutRecords how many records were cut off, as far as they can be told apart. None of them was ever flushed
 * @param cutAside a copy of what was cut off; null if there was no whole record in it, or no room for one
 * @param damagedRanges how many ranges of the log are set aside since they could not be read, now or before
 * @param lostMessages how many queue offsets were found now to be without a message because of that
 * @param end where the next record goes
 * @param duration how long it took
 */
public record RecoveryReport(
        boolean cleanStop,
        int segments,
        int indexesRebuilt,
        long records,
        long bytes,
        long cutPosition,
        long cutBytes,
        int cutRecords,
        @Nullable Path cutAside,
        int damagedRanges,
        long lostMessages,
        long end,
        Duration duration) {

    public boolean hasCutTail() {
        return cutPosition >= 0;
    }

    public boolean hasDamage() {
        return damagedRanges > 0;
    }

    /** For operators, as the rest of a sentence. */
    public String summary() {
        return "%s in %d ms: %d segments, of which %d had to be indexed again; %d records in %d bytes read and verified; it goes on at position %d"
                .formatted(
                        cleanStop
                                ? "after a clean stop"
                                : end == 0 && !hasCutTail() ? "empty" : "after a stop that was not clean",
                        duration.toMillis(),
                        segments,
                        indexesRebuilt,
                        records,
                        bytes,
                        end);
    }
}
