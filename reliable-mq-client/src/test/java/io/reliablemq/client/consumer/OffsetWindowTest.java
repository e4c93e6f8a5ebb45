package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import io.reliablemq.protocol.message.StoredMessage;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class OffsetWindowTest {

    private static final InetSocketAddress HOST = new InetSocketAddress("127.0.0.1", 1);

    private static StoredMessage message(long offset) {
        return new StoredMessage("T", 0, offset, offset, 0, 0, 0, HOST, 0, HOST, 0, 0, Map.of(), new byte[3]);
    }

    /** With gaps, as filters leave them, and now and then out of order, as no broker answers. */
    @Test
    void isWhatASortedMapOfTheUnfinishedWouldBe() {
        for (int seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            OffsetWindow window = new OffsetWindow();
            TreeMap<Long, StoredMessage> expected = new TreeMap<>();
            long next = random.nextInt(5);
            for (int step = 0; step < 400; step++) {
                int choice = random.nextInt(seed % 2 == 0 ? 10 : 4);
                if (choice < 2) {
                    List<Long> offsets = new ArrayList<>();
                    for (int i = random.nextInt(12); i >= 0; i--) {
                        next += random.nextInt(4) == 0 ? 1 + random.nextInt(9) : 1;
                        offsets.add(next);
                    }
                    if (random.nextInt(5) == 0) {
                        Collections.shuffle(offsets, random);
                    }
                    for (long offset : offsets) {
                        StoredMessage message = message(offset);
                        assertThat(window.add(message, 10 * offset)).isTrue();
                        assertThat(window.add(message(offset), 1)).isFalse();
                        expected.put(offset, message);
                    }
                } else if (!expected.isEmpty()) {
                    Long first = expected.firstKey();
                    long offset = random.nextBoolean()
                            ? first
                            : expected.keySet().stream()
                                    .skip(random.nextInt(expected.size()))
                                    .findFirst()
                                    .orElseThrow();
                    if (random.nextInt(3) == 0) {
                        StoredMessage other = message(offset);
                        window.replace(other);
                        expected.put(offset, other);
                        assertSame(window, expected);
                    }
                    assertThat(window.finish(offset)).isSameAs(expected.remove(offset));
                    window.replace(message(offset));
                    assertThat(window.finish(offset)).isNull();
                }
                assertThat(window.finish(next + 1)).isNull();
                assertThat(window.finish(-1)).isNull();
                assertSame(window, expected);
            }
            window.clear();
            assertSame(window, new TreeMap<>());
            assertThat(window.add(message(7), 70)).isTrue();
            assertThat(window.firstOffset()).isEqualTo(7);
        }
    }

    private static void assertSame(OffsetWindow window, TreeMap<Long, StoredMessage> expected) {
        assertThat(window.size()).isEqualTo(expected.size());
        assertThat(window.isEmpty()).isEqualTo(expected.isEmpty());
        if (expected.isEmpty()) {
            assertThat(window.first()).isNull();
        } else {
            assertThat(window.first()).isSameAs(expected.firstEntry().getValue());
            assertThat(window.firstOffset()).isEqualTo(expected.firstKey());
            assertThat(window.firstSinceNanos()).isEqualTo(10 * expected.firstKey());
        }
        List<StoredMessage> all = new ArrayList<>(expected.values());
        assertThat(window.first(3)).isEqualTo(all.subList(0, Math.min(3, all.size())));
        assertThat(window.first(Integer.MAX_VALUE)).isEqualTo(all);
    }
}
