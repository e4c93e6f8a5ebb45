package io.reliablemq.protocol.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CloseStackTest {

    private final List<String> closed = new ArrayList<>();
    private final CloseStack stack = new CloseStack();

    @Test
    void closesInReverseOrderAndOnlyOnce() throws Exception {
        AutoCloseable first = stack.push(() -> closed.add("first"));
        stack.push(() -> closed.add("second"));
        assertThat(first).isNotNull();

        stack.close();
        stack.close();

        assertThat(closed).containsExactly("second", "first");
    }

    @Test
    void goesOnPastFailuresAndThrowsTheFirstWithTheOthers() {
        stack.push(() -> closed.add("first"));
        stack.push(() -> {
            throw new IOException("second");
        });
        stack.push(() -> closed.add("third"));
        stack.push(() -> {
            throw new IllegalStateException("fourth");
        });

        assertThatThrownBy(stack::close)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("fourth")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessage("second")));
        assertThat(closed).containsExactly("third", "first");
    }

    @Test
    void anEmptyOneClosesQuietly() throws Exception {
        stack.close();
        assertThat(closed).isEmpty();
    }

    @Test
    void threadsAreNumberedDaemons() {
        NamedThreads threads = new NamedThreads("rmq-x");
        assertThat(threads.newThread(() -> {}).getName()).isEqualTo("rmq-x-1");
        Thread second = threads.newThread(() -> {});
        assertThat(second.getName()).isEqualTo("rmq-x-2");
        assertThat(second.isDaemon()).isTrue();
    }
}
