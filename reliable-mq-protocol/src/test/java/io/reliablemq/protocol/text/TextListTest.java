package io.reliablemq.protocol.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TextListTest {

    /** With few and with many, after lists that are much the same and after others. */
    @Test
    void itIsTheMapThatWasAdded() {
        Random random = new Random(20261129);
        Map<String, String> last = Map.of();
        for (int i = 0; i < 20_000; i++) {
            Map<String, String> expected = new LinkedHashMap<>();
            TextList.Builder builder = new TextList.Builder(last);
            int distinct = 1 + random.nextInt(i % 10 == 0 ? 40 : 12);
            for (int more = random.nextInt(40); more > 0; more--) {
                boolean likely = random.nextBoolean() && !builder.likelyName().isEmpty();
                String name = likely ? builder.likelyName() : "n" + random.nextInt(distinct);
                String value = likely && random.nextBoolean() ? builder.likelyValue() : "v" + random.nextInt(3);
                builder.add(name, value);
                expected.put(name, value);
            }
            Map<String, String> list = builder.build();
            assertThat(list).isEqualTo(expected).hasSameHashCodeAs(expected).hasSize(expected.size());
            assertThat(List.copyOf(list.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
            Map<String, String> visited = new LinkedHashMap<>();
            list.forEach(visited::put);
            assertThat(List.copyOf(visited.entrySet())).isEqualTo(List.copyOf(expected.entrySet()));
            expected.forEach((name, value) -> {
                assertThat(list.get(new StringBuilder(name).toString())).isEqualTo(value);
                assertThat(list.containsKey(name)).isTrue();
            });
            assertThat(list.get("none")).isNull();
            assertThat(TextList.copyOf(list)).isEqualTo(list);
            last = list;
        }
    }

    @Test
    void whatIsProbableIsKnownFromTheListBefore() {
        TextList.Builder first = new TextList.Builder();
        assertThat(first.likelyName()).isEmpty();
        first.add("a", "1");
        first.add("id", "x".repeat(32));
        TextList.Builder second = new TextList.Builder(first.build());
        assertThat(second.likelyName()).isEqualTo("a");
        assertThat(second.likelyValue()).isEqualTo("1");
        second.add("a", "2");
        assertThat(second.likelyName()).isEqualTo("id");
        assertThat(second.likelyValue()).as("ids differ").isEmpty();
        second.add("id", "y");
        assertThat(second.likelyName()).isEmpty();
    }

    @Test
    void itCannotBeChanged() {
        Map<String, String> from = new LinkedHashMap<>(Map.of("a", "b"));
        Map<String, String> list = TextList.copyOf(from);
        from.put("a", "c");
        assertThat(list).containsExactlyEntriesOf(Map.of("a", "b"));
        assertThat(TextList.copyOf(list)).isSameAs(list);
        assertThatThrownBy(() -> list.put("x", "y")).isInstanceOf(UnsupportedOperationException.class);
        assertThatThrownBy(() -> list.entrySet().iterator().remove()).isInstanceOf(UnsupportedOperationException.class);
        var entries = list.entrySet().iterator();
        entries.next();
        assertThatThrownBy(entries::next).isInstanceOf(NoSuchElementException.class);
    }
}
