package io.reliablemq.broker.lab;

import io.reliablemq.broker.store.FlushDiskType;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Delayed messages and consumed offsets through crashes: see {@link DeliveryStory}. */
class DeliveryProperties {

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void handsOverOnceUnderSynchronousFlush(@ForAll("seeds") long seed, @ForAll("lengths") int length) {
        Story.tell(chance -> new DeliveryStory(FlushDiskType.SYNC_FLUSH, chance), seed, length);
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE)
    void handsOverOnceUnderAsynchronousFlush(@ForAll("seeds") long seed, @ForAll("lengths") int length) {
        Story.tell(chance -> new DeliveryStory(FlushDiskType.ASYNC_FLUSH, chance), seed, length);
    }

    @Provide
    Arbitrary<Long> seeds() {
        return Story.seeds();
    }

    @Provide
    Arbitrary<Integer> lengths() {
        return Story.lengths();
    }
}
