package io.reliablemq.broker.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

class KnownGroupsTest {

    /** Retention looks without the lock, and deletes what no group is known for. */
    @Test
    void noMomentIsWithoutGroupsWhileTheyAreReplaced() {
        KnownGroups groups = new KnownGroups();
        groups.subscribed("billing", "orders");
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
