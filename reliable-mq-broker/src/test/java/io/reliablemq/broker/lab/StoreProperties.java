package io.reliablemq.broker.lab;

import io.reliablemq.broker.store.FlushDiskType;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens, in whatever order: see {@link StoreStory}. */
class StoreProperties {

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void keepsItsPromisesUnderSynchronousFlush(@ForAll("seeds") long seed, @ForAll("lengths") int length) {
        Story.tell(chance -> new StoreStory(FlushDiskType.SYNC_FLUSH, chance), seed, length);
    }

    @Property(tries = 3000, edgeCases = EdgeCasesMode.NONE)
    void keepsItsPromisesUnderAsynchronousFlush(@ForAll("seeds") long seed, @ForAll("lengths") int length) {
        Story.tell(chance -> new StoreStory(FlushDiskType.ASYNC_FLUSH, chance), seed, length);
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
