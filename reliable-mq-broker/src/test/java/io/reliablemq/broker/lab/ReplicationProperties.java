package io.reliablemq.broker.lab;

import net.jqwik.api.Arbitrary;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Whatever happens to two brokers and the link between them: see {@link ReplicationStory}. */
class ReplicationProperties {

    @Property(tries = 1500, edgeCases = EdgeCasesMode.NONE)
    void whatIsAcknowledgedIsOnBoth(@ForAll("seeds") long seed, @ForAll("lengths") int length) {
        Story.tell(ReplicationStory::new, seed, length);
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
