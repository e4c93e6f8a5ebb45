package io.reliablemq.broker.lab;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.delivery.DelayLevels;
import io.reliablemq.broker.lab.LogImage.Entry;
import io.reliablemq.protocol.message.Names;
import io.reliablemq.protocol.message.PropertyNames;
import io.reliablemq.protocol.message.StoredMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What a log says of delayed messages: which were parked, and which copies of them were handed over.
 *
 * @param missing parked messages without a copy
 */
record HandOvers(List<Entry> missing) {

    /** Each copy must be of a message that was parked, like it, not before its time, and the only one. */
    static HandOvers in(LogImage image, DelayLevels levels, boolean clockIsSound) {
        Map<Long, Entry> parked = new HashMap<>();
        Set<Long> handedOver = new HashSet<>();
        List<Entry> all = new ArrayList<>();
        for (Entry entry : image.entries()) {
            if (isParked(entry)) {
                parked.put(entry.position(), entry);
                all.add(entry);
            } else if (entry.origin() >= 0) {
                Entry original = parked.get(entry.origin());
                assertThat(original).as("what stands at the origin of a copy").isNotNull();
                assertThat(handedOver.add(entry.origin()))
                        .as("the first copy of the message at %d", entry.origin())
                        .isTrue();
                check(original, entry, levels, clockIsSound);
            }
        }
        return new HandOvers(all.stream()
                .filter(entry -> !handedOver.contains(entry.position()))
                .toList());
    }

    static boolean isParked(Entry entry) {
        String topic = entry.message().topic();
        return topic.equals(Names.SCHEDULE_TOPIC) || topic.equals(Names.TIMER_TOPIC);
    }

    private static void check(Entry original, Entry copy, DelayLevels levels, boolean clockIsSound) {
        assertThat(copy.message().body()).isEqualTo(original.message().body());
        assertThat(copy.message().topic()).isEqualTo(original.message().property(PropertyNames.REAL_TOPIC));
        long dueMs = dueMs(original.message(), levels);
        if (clockIsSound) {
            assertThat(copy.message().storeTimestamp())
                    .as("when it was handed over")
                    .isGreaterThanOrEqualTo(dueMs);
        }
    }

    private static long dueMs(StoredMessage parked, DelayLevels levels) {
        return parked.topic().equals(Names.TIMER_TOPIC)
                ? Long.parseLong(parked.properties().getOrDefault(PropertyNames.TIMER_OUT_MILLIS, ""))
                : parked.storeTimestamp() + levels.delay(parked.queueId() + 1).toMillis();
    }
}
