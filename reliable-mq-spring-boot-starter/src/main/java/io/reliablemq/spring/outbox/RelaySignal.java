package io.reliablemq.spring.outbox;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicIntegerArray;
import org.jspecify.annotations.Nullable;

/**
 * What writers and relay of one application instance tell each other: writers, which lanes have something new; the relay, which
 * lanes it has. Thread-safe. Without a relay it keeps what it is told, which is little.
 */
final class RelaySignal {

    private final AtomicIntegerArray changed = new AtomicIntegerArray(Lane.COUNT);
    private volatile List<Integer> owned = List.of();
    private volatile @Nullable Runnable wakeUp;

    /** @param action wakes the relay; null when it ends */
    void onChange(@Nullable Runnable action) {
        this.wakeUp = action;
    }

    void owns(List<Integer> lanes) {
        this.owned = List.copyOf(lanes);
    }

    /** A lane for a message that keeps its order with no other: one that is sent from here, so that it goes at once. */
    int anyLane() {
        List<Integer> lanes = owned;
        ThreadLocalRandom random = ThreadLocalRandom.current();
        return lanes.isEmpty() ? random.nextInt(Lane.COUNT) : lanes.get(random.nextInt(lanes.size()));
    }

    void lane(int lane) {
        changed.set(lane, 1);
        wake();
    }

    void allLanes() {
        for (int lane = 0; lane < Lane.COUNT; lane++) {
            changed.set(lane, 1);
        }
        wake();
    }

    /** The lanes that have changed since the last call. */
    List<Integer> take() {
        List<Integer> lanes = new ArrayList<>();
        for (int lane = 0; lane < Lane.COUNT; lane++) {
            if (changed.get(lane) == 1 && changed.compareAndSet(lane, 1, 0)) {
                lanes.add(lane);
            }
        }
        return lanes;
    }

    void wake() {
        Runnable action = wakeUp;
        if (action != null) {
            action.run();
        }
    }
}
