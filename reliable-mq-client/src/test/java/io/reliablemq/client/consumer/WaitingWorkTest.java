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
            waiting.add(new Named(each, Integer.parseInt(each.substring(1))));
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
    void nothingWaitsForEverWhileMoreOfAllPrioritiesKeepsComing() {
        List<Integer> others = new ArrayList<>();
        for (int i = 1; i <= 6 * WaitingWork.TURN_OF_THE_OTHERS; i++) {
            add("a0", "b1", "c5", "d9");
            int begun = ((Named) waiting.poll()).priority();
            if (i % WaitingWork.TURN_OF_THE_OTHERS == 0) {
                others.add(begun);
            } else {
                assertThat(begun).isEqualTo(9);
            }
        }

        assertThat(others).containsExactly(0, 1, 5, 9, 0, 1);
    }

    @Test
    void theTurnOfTheOthersPassesOverThoseOfWhichNothingWaits() {
        add("a3");
        for (int i = 1; i < WaitingWork.TURN_OF_THE_OTHERS; i++) {
            waiting.add(new Named("urgent" + i, 9));
            assertThat(((Named) waiting.poll()).name()).isEqualTo("urgent" + i);
        }
        waiting.add(new Named("last", 9));

        assertThat(polled()).containsExactly("a3", "last");
    }

    @Test
    void nothingIsLeftOnceItIsCleared() {
        add("a0", "b3");

        waiting.clear();

        assertThat(waiting.isEmpty()).isTrue();
        assertThat(waiting.poll()).isNull();
    }
}
