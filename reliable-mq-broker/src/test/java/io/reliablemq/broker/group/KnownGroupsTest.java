package io.reliablemq.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.broker.store.QueueKey;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KnownGroupsTest {

    private static final QueueKey QUEUE = new QueueKey("orders", 0);
    private static final InetSocketAddress FIRST = new InetSocketAddress("127.0.0.1", 40_001);
    private static final InetSocketAddress SECOND = new InetSocketAddress("127.0.0.1", 40_002);

    private final KnownGroups groups = new KnownGroups();

    @BeforeEach
    void subscribe() {
        groups.subscribed("billing", "orders");
    }

    /** At a hand-over the member that loses the queue may still pull, behind what it has handled and not committed. */
    @Test
    void whereAGroupBeginsIsSaidByTheMemberThatAsked() {
        groups.choosesStart("billing", QUEUE, SECOND);
        groups.pulls("billing", QUEUE, 437, FIRST);
        assertThat(groups.beginning("billing", QUEUE)).isNull();

        groups.pulls("billing", QUEUE, 3, SECOND);
        groups.pulls("billing", QUEUE, 35, SECOND);
        assertThat(groups.beginning("billing", QUEUE)).isEqualTo(3);
    }

    /** Both were told at a hand-over that there is no offset; the one that keeps the queue is the one that pulls. */
    @Test
    void anyMemberThatAskedSaysWhereTheGroupBegins() {
        groups.choosesStart("billing", QUEUE, FIRST);
        groups.choosesStart("billing", QUEUE, SECOND);

        groups.pulls("billing", QUEUE, 3, FIRST);
        groups.pulls("billing", QUEUE, 9, SECOND);

        assertThat(groups.beginning("billing", QUEUE)).isEqualTo(3);
    }

    @Test
    void whoHasAnOffsetBeginsNowhere() {
        groups.choosesStart("billing", QUEUE, FIRST);
        groups.choosesStart("billing", QUEUE, SECOND);
        groups.goesOn("billing", QUEUE, FIRST);

        groups.pulls("billing", QUEUE, 5_000, FIRST);
        assertThat(groups.beginning("billing", QUEUE)).isNull();

        groups.pulls("billing", QUEUE, 3, SECOND);
        assertThat(groups.beginning("billing", QUEUE)).isEqualTo(3);
    }

    /** Retention looks without the lock, and deletes what no group is known for. */
    @Test
    void noMomentIsWithoutGroupsWhileTheyAreReplaced() {
        Map<String, Map<String, Map<Integer, Long>>> masters = new HashMap<>() {
            @Override
            public void forEach(BiConsumer<? super String, ? super Map<String, Map<Integer, Long>>> action) {
                assertThat(groups.groups("orders")).containsExactly("billing");
                super.forEach(action);
                assertThat(groups.isKnown("billing", "orders")).isTrue();
            }
        };
        masters.put("shipping", Map.of("orders", Map.of(0, 7L)));
        long before = groups.version();

        groups.replaceBy(masters);

        assertThat(groups.groups("orders")).containsExactly("shipping");
        assertThat(groups.isKnown("billing", "orders")).isFalse();
        assertThat(groups.version()).isGreaterThan(before);
    }
}
