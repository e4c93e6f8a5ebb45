package io.reliablemq.client.consumer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class WaitingWorkTest {

    private final WaitingWork waiting = new WaitingWork();

    private record Named(String name, int priority) implements Workers.Work {

        @Override
        public void run(Workers.Slot slot) {
            throw new AssertionError("nothing runs here");
        }
    }

    private void add(String... namesAndPriorities) {
        for (String each : namesAndPriorities) {
            waiting.add(new Named(each, Integer.parseInt(each.replaceAll("\\D", ""))));
        }
    }

    private List<String> polled() {
        List<String> names = new ArrayList<>();
        Stream.generate(waiting::poll)
                .takeWhile(work -> work != null)
                .forEach(work -> names.add(((Named) work).name()));
        return names;
    }

    @Test
    void whatIsUrgentComesFirstAndTheRestAsItCame() {
        add("a0", "b2", "c0", "d9", "e2", "f1", "g0");

        assertThat(polled()).containsExactly("d9", "b2", "e2", "f1", "a0", "c0", "g0");
        assertThat(waiting.isEmpty()).isTrue();
    }

    @Test
    void whatComesLaterMayGoBefore() {
        add("a0", "b3");
        assertThat(((Named) waiting.poll()).name()).isEqualTo("b3");
        add("c3", "d4");

        assertThat(waiting.isEmpty()).isFalse();
        assertThat(polled()).containsExactly("d4", "c3", "a0");
    }

    @Test
    void nothingWaitsForEverWhileUrgentWorkKeepsComing() {
        add("ordinary0", "low1", "later0");
        List<String> begun = new ArrayList<>();
        for (int i = 1; i <= 3 * WaitingWork.SHARE_OF_LEAST_URGENT; i++) {
            waiting.add(new Named("urgent" + i, 9));
            begun.add(((Named) waiting.poll()).name());
        }

        assertThat(begun).filteredOn(name -> !name.startsWith("urgent")).containsExactly("ordinary0", "later0", "low1");
        assertThat(begun.indexOf("ordinary0")).isEqualTo(WaitingWork.SHARE_OF_LEAST_URGENT - 1);
        assertThat(polled()).containsExactly("urgent46", "urgent47", "urgent48");
    }

    @Test
    void nothingIsLeftOnceItIsCleared() {
        add("a0", "b3");

        waiting.clear();

        assertThat(waiting.isEmpty()).isTrue();
        assertThat(waiting.poll()).isNull();
    }
}
