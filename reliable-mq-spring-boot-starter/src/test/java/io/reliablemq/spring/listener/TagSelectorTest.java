package io.reliablemq.spring.listener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TagSelectorTest {

    @ParameterizedTest
    @ValueSource(strings = {"*", " * ", "", "  "})
    void takesEverything(String expression) {
        TagSelector selector = TagSelector.parse(expression);

        assertThat(selector.isAll()).isTrue();
        assertThat(selector.matches("any")).isTrue();
        assertThat(selector.matches(null)).isTrue();
        assertThat(selector.expression()).isEqualTo("*");
    }

    @Test
    void takesItsTagsOnly() {
        TagSelector selector = TagSelector.parse("paid||created || paid");

        assertThat(selector.matches("created")).isTrue();
        assertThat(selector.matches("paid")).isTrue();
        assertThat(selector.matches("shipped")).isFalse();
        assertThat(selector.matches(null)).isFalse();
        assertThat(selector.expression()).isEqualTo("created || paid");
    }

    @ParameterizedTest
    @ValueSource(strings = {"||", "a||", "||a", "a||*", "* || *"})
    void refusesWhatIsNoSelection(String expression) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> TagSelector.parse(expression))
                .withMessageContaining(expression);
    }

    @Test
    void knowsOverlapAndUnion() {
        TagSelector ab = TagSelector.parse("a||b");
        TagSelector bc = TagSelector.parse("b||c");
        TagSelector d = TagSelector.parse("d");

        assertThat(ab.overlaps(bc)).isTrue();
        assertThat(ab.overlaps(d)).isFalse();
        assertThat(ab.overlaps(TagSelector.ALL)).isTrue();
        assertThat(TagSelector.ALL.overlaps(TagSelector.ALL)).isTrue();
        assertThat(ab.union(d).expression()).isEqualTo("a || b || d");
        assertThat(ab.union(TagSelector.ALL)).isEqualTo(TagSelector.ALL);
    }
}
